"""The site in a real browser, opened from disk and served."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.pages import EDITIONS
from support.windows import click_in_place, open_window

# A section in the middle of a long page.
PAGE, SECTION = "tutorial/training_loop", "#keep-a-history > h2"


def top_of_section(page: Page) -> float:
    """Return how far the heading of the section is from the top of the window."""
    box = page.locator(SECTION).bounding_box()
    assert box
    return box["y"]


def switch_language(page: Page) -> None:
    """Follow the link to the other language without scrolling to it."""
    with page.expect_navigation(wait_until="load"):
        click_in_place(page, page.locator("a.language-switch"))


def test_the_switch_keeps_the_place_on_the_page(page: Page, address: str):
    page.goto(f"{address}/en/{PAGE}.html")
    page.evaluate(
        "distance => window.scrollBy({top: distance, behavior: 'instant'})",
        top_of_section(page) - 60,
    )
    for language in "zh-cn", "en":
        switch_language(page)
        assert page.url == f"{address}/{language}/{PAGE}.html"
        tag = EDITIONS[language]["tag"]
        assert page.locator("html").get_attribute("lang") == tag
        assert top_of_section(page) == pytest.approx(60, abs=30)


def test_from_the_explanation_of_a_forecast_the_switch_leads_to_the_forecast(
    page: Page, address: str
):
    page.goto(f"{address}/en/tutorial/data.html")
    forecast = page.locator(".forecast").last
    forecast.locator("label").first.click()
    explanation = forecast.locator(".forecast-explanation p").first
    page.evaluate(
        "distance => window.scrollBy({top: distance, behavior: 'instant'})",
        explanation.bounding_box()["y"] - 60,
    )
    switch_language(page)
    assert explanation.is_hidden()
    box = forecast.bounding_box()
    assert box
    assert -box["height"] < box["y"] < 200


def test_from_an_open_solution_the_switch_leads_into_the_open_solution(
    page: Page, address: str
):
    page.goto(f"{address}/en/{PAGE}.html")
    solution = page.locator("article details").first
    solution.locator("summary").click()
    inside = solution.locator("pre").first
    page.evaluate(
        "distance => window.scrollBy({top: distance, behavior: 'instant'})",
        inside.bounding_box()["y"] + 20,
    )
    switch_language(page)
    expect(inside).to_be_in_viewport()


def test_only_a_click_that_opens_the_other_language_is_remembered(
    page: Page, server: str
):
    page.goto(f"{server}/en/tutorial/data.html")
    link = page.locator("a.language-switch")
    remembered = "localStorage.getItem('language')"
    link.click(button="right")
    assert page.evaluate(remembered) is None
    link.click(button="middle")
    assert page.evaluate(remembered) == "zh-CN"


def test_at_the_top_the_switch_leads_to_the_top(page: Page, address: str):
    page.goto(f"{address}/zh-cn/reference/glossary.html")
    switch_language(page)
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
                // A term may go on behind a blank, as in "sigmoid 函数".
                return range.getClientRects().length - text.textContent.split(" ").length;
            })"""
    )
    assert lines
    assert max(lines) <= 0


@pytest.mark.parametrize(
    ("locale", "folder"),
    [("zh-CN", "zh-cn"), ("zh-TW", "zh-cn"), ("en-GB", "en"), ("fr-FR", None)],
)
def test_the_front_page_sends_readers_to_their_language(
    browser: Browser, address: str, locale: str, folder: str | None
):
    with open_window(browser, locale=locale) as page:
        page.goto(f"{address}/index.html")
        if folder:
            page.wait_for_url(f"**/{folder}/index.html")
        else:
            assert page.get_by_role("link").count() == len(EDITIONS)
            assert page.url == f"{address}/index.html"


def test_the_front_page_remembers_the_language_that_a_reader_chose(
    browser: Browser, server: str
):
    with open_window(browser, locale="zh-CN") as page:
        page.goto(f"{server}/zh-cn/index.html")
        page.locator("a.language-switch").click()
        page.wait_for_url("**/en/index.html")
        page.goto(f"{server}/index.html")
        page.wait_for_url("**/en/index.html")


def test_in_the_dark_no_figure_stands_on_a_white_slab(
    browser: Browser, built_site: Path
):
    with open_window(browser, color_scheme="dark") as page:
        page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
        picture = page.locator("figure img")
        picture.scroll_into_view_if_needed()
        corner = picture.evaluate(
            "image => getComputedStyle(image).backgroundColor"
        )
        assert corner == "rgba(0, 0, 0, 0)"
        style = picture.evaluate("image => getComputedStyle(image).filter")
        assert style != "none"


def test_on_paper_a_figure_is_dark_on_white_although_the_screen_is_dark(
    browser: Browser, built_site: Path
):
    with open_window(browser, color_scheme="dark") as page:
        page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
        page.emulate_media(media="print", color_scheme="dark")
        style = page.locator("figure img").evaluate(
            "image => [getComputedStyle(image).filter, "
            "getComputedStyle(image).backgroundColor]"
        )
        assert style == ["none", "rgb(255, 255, 255)"]


def test_from_a_server_the_notebook_is_saved_not_shown(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        page.goto(f"{server}/zh-cn/tutorial/data.html")
        with page.expect_download() as download:
            page.locator("a[download]").click()
        assert download.value.suggested_filename == "data.ipynb"
