"""The site in a real browser, opened from disk and served."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page


def top_of(page: Page, heading: str) -> float:
    """Return how far a heading is from the top of the window."""
    box = page.get_by_role("heading", name=heading).bounding_box()
    assert box is not None
    return box["y"]


def scroll_to(page: Page, heading: str, top: float) -> None:
    """Scroll until a heading is that far from the top of the window."""
    page.evaluate(
        "distance => window.scrollBy({top: distance, behavior: 'instant'})",
        top_of(page, heading) - top,
    )


def switch_language(page: Page, name: str) -> None:
    """Click where the switch is; Playwright's own click would scroll first."""
    box = page.get_by_role("link", name=name, exact=True).bounding_box()
    assert box is not None
    with page.expect_navigation(wait_until="load"):
        page.mouse.click(
            box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        )


def test_the_switch_keeps_the_place_on_the_page(page: Page, address: str):
    page.goto(f"{address}/en/tutorial/training_loop.html")
    scroll_to(page, "Keep a history", 60)
    switch_language(page, "中文")
    assert page.url == f"{address}/zh-cn/tutorial/training_loop.html"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert top_of(page, "留下历史记录") == pytest.approx(60, abs=30)

    switch_language(page, "English")
    assert page.url == f"{address}/en/tutorial/training_loop.html"
    assert top_of(page, "Keep a history") == pytest.approx(60, abs=30)


def test_at_the_top_the_switch_leads_to_the_top(page: Page, address: str):
    page.goto(f"{address}/zh-cn/reference/glossary.html")
    switch_language(page, "English")
    assert page.url == f"{address}/en/reference/glossary.html"
    assert page.evaluate("window.scrollY") == 0


@pytest.mark.parametrize("folder", ["en", "zh-cn"])
@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_glossary_breaks_no_chinese_term(
    page: Page, address: str, folder: str, width: int
):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/{folder}/reference/glossary.html")
    lines = page.locator("dl.glossary dt").evaluate_all(
        """terms => terms.filter(term => /[\\u4e00-\\u9fff]/.test(term.textContent))
            .map(term => term.firstChild).map(text => {
                const range = document.createRange();
                range.selectNode(text);
                return range.getClientRects().length;
            })"""
    )
    assert set(lines) == {1}


@pytest.mark.parametrize(
    ("locale", "folder"),
    [("zh-CN", "zh-cn"), ("zh-TW", "zh-cn"), ("en-GB", "en"), ("fr-FR", None)],
)
def test_the_front_page_sends_readers_to_their_language(
    browser: Browser, address: str, locale: str, folder: str | None
):
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.wait_for_load_state("load")
    if folder:
        page.wait_for_url(f"**/{folder}/index.html")
    else:
        assert page.get_by_role("link").count() == 2
        assert page.url == f"{address}/index.html"
    context.close()


def test_the_front_page_remembers_the_language_that_a_reader_chose(
    browser: Browser, server: str
):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{server}/zh-cn/index.html")
    page.get_by_role("link", name="English", exact=True).click()
    page.wait_for_url("**/en/index.html")
    page.goto(f"{server}/index.html")
    page.wait_for_url("**/en/index.html")
    context.close()


WIDE = [
    "tutorial/training_loop",
    "tutorial/keras",
    "reference/api",
    "reference/references",
]


@pytest.mark.parametrize("language", ["en", "zh-cn"])
@pytest.mark.parametrize("name", WIDE)
def test_nothing_is_wider_than_the_window(
    page: Page, built_site: Path, name: str, language: str
):
    page.goto((built_site / language / f"{name}.html").as_uri())
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_in_the_dark_no_figure_stands_on_a_white_slab(
    browser: Browser, built_site: Path
):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
    picture = page.locator("figure img")
    picture.scroll_into_view_if_needed()
    corner = page.evaluate(
        "image => getComputedStyle(image).backgroundColor",
        picture.element_handle(),
    )
    assert corner == "rgba(0, 0, 0, 0)"
    assert picture.evaluate("image => getComputedStyle(image).filter") != "none"
    context.close()


def test_from_a_server_the_notebook_is_saved_not_shown(
    browser: Browser, server: str
):
    page = browser.new_page()
    page.goto(f"{server}/zh-cn/tutorial/data.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="将本页下载为笔记本").click()
    assert download.value.suggested_filename == "data.ipynb"
    page.close()
