"""What axe-core says of the pages, in both languages and both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import AxeResults
from playwright.sync_api import Browser, Page

from support.pages import VISITS
from support.windows import open_window

# The rules about colours take nearly all of axe's time, and most texts look like another one: they look
# at the first of those with the same colours, size and weight within the same surroundings, on all pages.
MARK_LOOKS = """
    (known) => {
        const behind = new Map([[null, ""]]);
        const paint = (element) => {
            if (!behind.has(element)) {
                const style = getComputedStyle(element);
                const own = [style.color, style.backgroundColor, style.backgroundImage,
                    style.opacity, style.filter, style.textShadow, style.display,
                    style.visibility, style.textDecorationLine];
                behind.set(element, `${paint(element.parentElement)} > ${own}`);
            }
            return behind.get(element);
        };
        const before = new Set(known);
        const looks = new Set();
        for (const element of document.body.querySelectorAll("*")) {
            const { fontSize, fontStyle, fontWeight } = getComputedStyle(element);
            const look = [element.matches("a"), element.checkVisibility(), fontSize, fontStyle,
                fontWeight, paint(element)].join();
            const speaks = element.matches("a, input, select, textarea, button") ||
                [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            const isNew = !before.has(look) && !looks.has(look);
            element.toggleAttribute("data-look", speaks && isNew);
            if (speaks) looks.add(look);
        }
        axe.configure({ rules: [
            { id: "color-contrast", selector: "[data-look]" },
            { id: "link-in-text-block", selector: "a[href][data-look]" },
        ] });
        return [...looks];
    }
"""
# A theme that was just chosen has its colours at once.
NO_TRANSITIONS = "*, ::before, ::after { transition: none !important }"
# In the dark, only colours are others.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {
        "resultTypes": ["violations"],
        "runOnly": ["color-contrast", "link-in-text-block"],
    },
}


# The looks of texts by the theme in which they were looked at.
Looks = dict[str, set[str]]


def barriers(page: Page, seen: Looks) -> str:
    """Return what axe says of a page in both themes; nothing, if all is well."""
    page.evaluate(AXE_SCRIPT)
    page.add_style_tag(content=NO_TRANSITIONS)
    said = []
    for theme, options in RULES.items():
        page.emulate_media(color_scheme=theme)
        page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
        looks = set(page.evaluate(MARK_LOOKS, list(seen[theme])))
        assert len(looks) > 5
        if theme == "dark" and looks <= seen[theme]:
            continue
        seen[theme] |= looks
        result = AxeResults(
            page.evaluate("options => axe.run(options)", options)
        )
        if result.violations_count:
            said.append(f"In the {theme} theme: {result.generate_report()}")
    return "\n".join(said)


@pytest.fixture(scope="module")
def seen() -> Looks:
    """Remember the looks of all pages."""
    return {theme: set() for theme in RULES}


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """Open one window for all pages."""
    with open_window(browser) as page:
        yield page


@pytest.mark.parametrize(("language", "name"), VISITS)
def test_the_page_has_no_barrier_in_either_theme(
    window: Page, seen: Looks, built_site: Path, language: str, name: str
):
    window.emulate_media(color_scheme="light")
    window.goto((built_site / language / f"{name}.html").as_uri())
    assert not barriers(window, seen)


def test_side_by_side_has_no_barrier(
    window: Page, seen: Looks, built_site: Path
):
    window.emulate_media(color_scheme="light")
    window.goto((built_site / "en" / "tutorial" / "keras.html").as_uri())
    window.locator("button.side-by-side").click()
    window.wait_for_selector("html[data-side-by-side]")
    # Under the mouse, the button has other colours.
    window.mouse.move(0, 0)
    assert not barriers(window, seen)
