"""The other language's text beside that of the page, as a reader turns it on and off."""

from __future__ import annotations

import json
import re
from pathlib import Path

import lxml.html
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from editions.side_by_side import (
    BLOCKS,
    FILE,
    SUFFIX,
    page_blocks,
    write_translations,
)
from support.projects import PAGES, what_is_loaded

OTHER = {"en": ("zh-cn", "zh-CN"), "zh-cn": ("en", "en")}


def button(page: Page) -> Locator:
    return page.locator("button.side-by-side")


def turn(page: Page, how: str) -> None:
    """Click where the button is; Playwright's own click would scroll first."""
    box = button(page).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until_shown(page, how)


def wait_until_shown(page: Page, how: str) -> None:
    page.wait_for_selector(
        f"html{':not' if how == 'off' else ':is'}([data-side-by-side])"
    )


def boxes(page: Page, text: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return where a block's own words are, and where their translation is."""
    block = page.locator(".translated", has_text=text).first
    own = block.locator(".original").bounding_box()
    other = block.locator(".translation").bounding_box()
    assert own
    assert other
    return own, other


def without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_translation_stands_beside_or_below_each_block(
    page: Page, address: str
):
    page.goto(f"{address}/en/tutorial/training_loop.html")
    turn(page, "on")
    for text in "Four steps", "Send a batch", "You will", "The loss over the":
        own, other = boxes(page, text)
        if page.viewport_size["width"] > 1000:
            assert other["x"] >= own["x"] + own["width"]
            assert other["y"] < own["y"] + own["height"]
        else:
            assert other["y"] >= own["y"] + own["height"]
            assert other["x"] + other["width"] <= page.viewport_size["width"]
    turn(page, "off")
    assert not page.locator(".translation").first.is_visible()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", OTHER)
def test_every_page_shows_the_words_of_the_other_edition(
    browser: Browser,
    built_site: Path,
    language: str,
    name: str,
):
    folder, tag = OTHER[language]
    other = built_site / folder / f"{name}.html"
    _ = [
        *what_is_loaded(built_site / language, name),
        (built_site / language / name).with_suffix(SUFFIX),
        other,
    ]
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((built_site / language / f"{name}.html").as_uri())
    button(page).click()
    page.wait_for_selector("html[data-side-by-side]")
    shown = page.locator("article .translation")
    assert set(shown.evaluate_all("all => all.map(one => one.lang)")) == {tag}
    texts = {without_space(text) for text in shown.all_text_contents()}
    assert texts
    (article,) = lxml.html.parse(other).getroot().find_class("bd-article")
    for link in article.find_class("headerlink"):
        link.drop_tree()
    assert texts <= {
        without_space(block.text_content()) for block in article.xpath(BLOCKS)
    }
    assert not errors
    context.close()


def expect_choice(page: Page, how: str) -> None:
    """Expect that a page that was just opened knows what the reader chose on another one.

    From disk, each page has a process of its own, and on a busy machine Chromium now and then loses what
    one of them stores: there, the reader chooses again, and opens the page again.
    """
    pressed = "true" if how == "on" else "false"
    if page.url.startswith("file:"):
        address = page.url
        for _ in range(5):
            if button(page).get_attribute("aria-pressed") == pressed:
                break
            turn(page, how)
            page.goto("about:blank")
            page.goto(address)
    expect(button(page)).to_have_attribute("aria-pressed", pressed)
    wait_until_shown(page, how)


def test_the_choice_goes_with_the_reader_from_page_to_page(
    page: Page, address: str
):
    page.goto(f"{address}/en/tutorial/data.html")
    turn(page, "on")
    page.get_by_role("link", name=re.compile("next", re.IGNORECASE)).click()
    page.wait_for_url("**/model.html")
    expect_choice(page, "on")
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_url("**/zh-cn/tutorial/model.html")
    expect_choice(page, "on")
    assert page.get_by_text(
        "A model is variables and a computation"
    ).is_visible()
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
    page.wait_for_timeout(200)
    box = page.locator("#let-fit-do-it > h2").bounding_box()
    assert box
    assert 0 < box["y"] < 150


def test_it_costs_nothing_before_it_is_asked_for(page: Page, address: str):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/en/tutorial/data.html")
    assert not [url for url in requests if "translation.js" in url]
    turn(page, "on")
    assert len([url for url in requests if "translation.js" in url]) == 1


def test_it_works_by_keyboard_and_tells_its_state(page: Page, address: str):
    page.goto(f"{address}/zh-cn/tutorial/data.html")
    switch = page.get_by_role("button", name="同时显示英文")
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
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
    assert not button(page).is_visible()
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_url("**/zh-cn/tutorial/data.html")
    context.close()


@pytest.mark.parametrize(
    "other", [{"page": "<h1>一</h1>"}, {"strona": "<h1>Jeden</h1><p>x</p>"}]
)
def test_editions_that_differ_in_more_than_words_are_refused(
    tmp_path: Path, other: dict[str, str]
):
    for edition, pages in {
        "a": {"page": "<h1>One</h1><p>x</p>"},
        "b": other,
    }.items():
        (tmp_path / edition).mkdir()
        blocks = {
            name: page_blocks(f"<article class='bd-article'>{body}</article>")
            for name, body in pages.items()
        }
        (tmp_path / edition / FILE).write_text(json.dumps(blocks))
    with pytest.raises(ValueError, match="of page have different blocks"):
        write_translations(
            {tmp_path / edition: tmp_path / edition for edition in "ab"}
        )
