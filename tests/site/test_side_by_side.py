"""The other language's text beside that of the page, as a reader turns it on and off."""

from __future__ import annotations

import json
import re
from pathlib import Path

import lxml.html
import pytest
from lxml.html import HtmlElement
from playwright.sync_api import Browser, Locator, Page, expect

from editions.side_by_side import BLOCKS
from support.pages import EDITIONS, LANGUAGES, heading, other, read_article
from support.projects import PAGES
from support.windows import click_in_place, open_window


def button(page: Page) -> Locator:
    return page.locator("button.side-by-side")


def turn(page: Page, how: str) -> None:
    """Click the button, and wait until the page shows what was chosen."""
    click_in_place(page, button(page))
    wait_until_shown(page, how)


def wait_until_shown(page: Page, how: str) -> None:
    page.wait_for_selector(
        f"html{':not' if how == 'off' else ':is'}([data-side-by-side])"
    )


def boxes(page: Page, tag: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return where the own words of the first such block are, and where their translation is."""
    block = page.locator(f"article {tag}.translated:visible").first
    own = block.locator(".original").bounding_box()
    other = block.locator(".translation").bounding_box()
    assert own
    assert other
    return own, other


COUNT_BLOCKS = """(blocks) => {
    const article = document.querySelector("article.bd-article");
    const all = XPathResult.ORDERED_NODE_SNAPSHOT_TYPE;
    return document.evaluate(blocks, article, null, all).snapshotLength;
}"""


def text_of(element: HtmlElement) -> str:
    return re.sub(r"\s+", "", element.text_content())


def test_the_translation_stands_beside_or_below_each_block(
    page: Page, address: str
):
    page.goto(f"{address}/en/tutorial/training_loop.html")
    turn(page, "on")
    for tag in "h1", "h2", "section > p", "li > p", "figcaption p":
        own, other = boxes(page, tag)
        if page.viewport_size["width"] > 1000:
            assert other["x"] >= own["x"] + own["width"]
            assert other["y"] < own["y"] + own["height"]
        else:
            assert other["y"] >= own["y"] + own["height"]
            assert other["x"] + other["width"] <= page.viewport_size["width"]
    turn(page, "off")
    assert not page.locator(".translation").first.is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_of_every_page_has_the_words_of_the_other_edition(
    browser: Browser, built_site: Path, language: str
):
    edition = EDITIONS[other(language)]
    with open_window(browser, java_script_enabled=False) as page:
        for name in PAGES:
            path = built_site / language / f"{name}.html"
            page.goto(path.as_uri())
            # As side-by-side.js finds them.
            blocks = page.evaluate(COUNT_BLOCKS, BLOCKS)
            script = path.with_name(f"{path.stem}.translation.js").read_text()
            words = json.loads(
                re.sub(r".*detail: (.*) }\)\);", r"\1", script, flags=re.DOTALL)
            )
            assert len(words) == blocks, name
            theirs = read_article(built_site, edition["folder"], name)
            for link in theirs.find_class("headerlink"):
                link.drop_tree()
            shown = [
                lxml.html.fromstring(f"<p>{each}</p>") for each in words if each
            ]
            assert {text_of(each) for each in shown} <= {
                text_of(block) for block in theirs.xpath(BLOCKS)
            }


def expect_choice(page: Page, how: str) -> None:
    """Expect that a page that was just opened knows what the reader chose on another one.

    From disk, each page has a process of its own, and on a busy machine Chromium now and then loses what
    one of them stores: there, the reader chooses again, and opens the page again.
    """
    pressed = "true" if how == "on" else "false"
    if page.url.startswith("file:"):
        address = page.url
        for _ in range(20):
            if button(page).get_attribute("aria-pressed") == pressed:
                break
            turn(page, how)
            page.goto("about:blank")
            page.goto(address)
    expect(button(page)).to_have_attribute("aria-pressed", pressed)
    wait_until_shown(page, how)


def test_the_choice_goes_with_the_reader_from_page_to_page(
    page: Page, address: str, built_site: Path
):
    page.goto(f"{address}/en/tutorial/data.html")
    turn(page, "on")
    page.locator("a.right-next").click()
    page.wait_for_url("**/model.html")
    expect_choice(page, "on")
    page.locator("a.language-switch").click()
    page.wait_for_url("**/zh-cn/tutorial/model.html")
    expect_choice(page, "on")
    english = heading(built_site, "en", "tutorial/model", "h2")
    expect(page.locator("h2 .translation").first).to_have_text(english)
    expect(page.locator("h2 .translation").first).to_be_visible()
    turn(page, "off")
    page.reload()
    expect_choice(page, "off")


def test_what_the_reader_looks_at_stays_in_its_place(page: Page, address: str):
    page.goto(f"{address}/en/tutorial/training_loop.html#keep-a-history")
    heading = page.locator("#keep-a-history > h2")

    def top() -> float:
        box = heading.bounding_box()
        assert box
        return box["y"]

    before = top()
    turn(page, "on")
    assert top() == pytest.approx(before, abs=2)
    turn(page, "off")
    assert top() == pytest.approx(before, abs=2)
    # A deep link also leads to its place where the choice was made before.
    turn(page, "on")
    page.goto(f"{address}/en/tutorial/keras.html#let-fit-do-it")
    expect_choice(page, "on")
    page.wait_for_function(
        """() => {
            const { top } = document.querySelector("#let-fit-do-it > h2").getBoundingClientRect();
            return 0 < top && top < 150;
        }"""
    )


def test_a_link_leads_to_its_place_where_the_words_were_turned_on_before(
    page: Page, address: str
):
    page.add_init_script("localStorage.setItem('side-by-side', 'on')")
    page.goto(f"{address}/en/reference/glossary.html#term-worker")
    wait_until_shown(page, "on")
    height = page.evaluate("innerHeight")
    page.wait_for_function(
        """height => {
            const { top } = document.querySelector("#term-worker").getBoundingClientRect();
            return 0 <= top && top < height - 20;
        }""",
        arg=height,
    )


def test_it_costs_nothing_before_it_is_asked_for(page: Page, address: str):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/en/tutorial/data.html")
    assert not [url for url in requests if "translation.js" in url]
    turn(page, "on")
    assert len([url for url in requests if "translation.js" in url]) == 1


def test_it_works_by_keyboard_and_tells_its_state(page: Page, address: str):
    page.goto(f"{address}/zh-cn/tutorial/data.html")
    name = EDITIONS["zh-cn"]["show_other"]
    switch = page.get_by_role("button", name=name)
    assert switch.get_attribute("aria-pressed") == "false"
    switch.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-side-by-side]")
    assert switch.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    page.wait_for_selector("html:not([data-side-by-side])")


def test_prints_only_the_page_itself(page: Page, address: str):
    page.goto(f"{address}/en/tutorial/data.html")
    turn(page, "on")
    page.emulate_media(media="print")
    paragraph = page.locator("p.translated").first
    assert paragraph.locator(".original").is_visible()
    assert not paragraph.locator(".translation").is_visible()


def test_without_scripts_the_link_to_the_other_language_remains(
    browser: Browser, built_site: Path
):
    with open_window(browser, java_script_enabled=False) as page:
        page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
        assert not button(page).is_visible()
        page.locator("a.language-switch").click()
        page.wait_for_url("**/zh-cn/tutorial/data.html")
