"""What axe-core says of every page, in both languages and both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

# In the dark, only colours are others.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}


def pages(edition: Path) -> list[Path]:
    return [
        path
        for path in sorted(edition.rglob("*.html"))
        if "_static" not in path.parts
    ]


@pytest.mark.parametrize("language", ["en", "zh-cn"])
def test_no_page_has_a_barrier_in_either_theme(
    browser: Browser, built_site: Path, language: str
):
    page = browser.new_page()
    barriers = []
    for path in pages(built_site / language):
        page.goto(path.as_uri())
        for theme, rules in RULES.items():
            page.emulate_media(color_scheme=theme)
            page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
            result = Axe().run(page, options=rules)
            if result.violations_count:
                barriers.append(f"{path.name}: {result.generate_report()}")
    page.close()
    assert not barriers, "\n".join(barriers)


def test_side_by_side_has_no_barrier(browser: Browser, built_site: Path):
    page = browser.new_page()
    page.goto((built_site / "en" / "tutorial" / "keras.html").as_uri())
    page.locator("button.side-by-side").click()
    page.wait_for_selector("html[data-side-by-side]")
    result = Axe().run(page)
    assert not result.violations_count, result.generate_report()
    page.close()
