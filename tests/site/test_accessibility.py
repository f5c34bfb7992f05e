"""What axe-core says of every page, in both languages and both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from support.projects import PAGES

# In the dark, only colours are others.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}


@pytest.mark.parametrize("name", [*PAGES, "search"])
@pytest.mark.parametrize("language", ["en", "zh-cn"])
def test_the_page_has_no_barrier_in_either_theme(
    browser: Browser,
    built_site: Path,
    language: str,
    name: str,
):
    path = built_site / language / f"{name}.html"
    for theme, rules in RULES.items():
        page = browser.new_page(color_scheme=theme)
        page.goto(path.as_uri())
        page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
        result = Axe().run(page, options=rules)
        assert not result.violations_count, result.generate_report()
        page.close()


def test_side_by_side_has_no_barrier(browser: Browser, built_site: Path):
    page = browser.new_page()
    page.goto((built_site / "en" / "tutorial" / "keras.html").as_uri())
    page.locator("button.side-by-side").click()
    page.wait_for_selector("html[data-side-by-side]")
    result = Axe().run(page)
    assert not result.violations_count, result.generate_report()
    page.close()
