"""Readers whose browsers refuse, forget, are old, narrow, dark or about to print."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support.pages import LANGUAGES
from support.projects import PAGES
from support.windows import open_window

REFUSED = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException("refused", "SecurityError"); } });"""
FULL = """Storage.prototype.setItem = () => {
    throw new DOMException("full", "QuotaExceededError"); };"""
# Safari knows no lookbehind until 16.4.
OLD = """
    const Right = RegExp;
    window.RegExp = function (source, flags) {
        if (String(source).includes("(?<!")) throw new SyntaxError("invalid group");
        return new Right(source, flags);
    };
"""
# How wide they are and how large their letters, both in pixels.
WINDOWS = (
    *((1280, 16), (390, 16), (320, 16)),
    *((320, 20), (412, 20), (320, 24), (360, 24), (320, 32), (390, 32)),
)
DIALOG = "#pst-search-dialog"


def look_up(page: Page, query: str) -> None:
    page.keyboard.press("Control+k")
    field = page.locator(f"{DIALOG} input")
    expect(field).to_be_focused()
    field.fill(query)


@pytest.mark.parametrize("storage", [REFUSED, FULL], ids=["refused", "full"])
def test_without_storage_everything_works_and_nothing_is_remembered(
    browser: Browser, server: str, storage: str
):
    with open_window(browser, viewport={"width": 390, "height": 844}) as page:
        page.add_init_script(storage)
        page.goto(f"{server}/en/tutorial/keras.html")
        page.locator("button.side-by-side").click()
        page.wait_for_selector("html[data-side-by-side]")
        look_up(page, "checkpoint")
        expect(page.locator(".search-list li").first).to_be_visible()
        page.keyboard.press("Escape")
        page.locator(".primary-toggle").click()
        expect(page.locator("#pst-primary-sidebar-modal")).to_be_visible()
        page.keyboard.press("Escape")
        page.evaluate("window.scrollTo(0, 2000)")
        page.locator("a.language-switch").evaluate("link => link.click()")
        page.wait_for_url("**/zh-cn/tutorial/keras.html*")
        page.wait_for_function("window.scrollY > 500")


def test_without_storage_the_front_page_chooses_by_the_language(
    browser: Browser, server: str
):
    with open_window(browser, locale="zh-CN") as page:
        page.add_init_script(REFUSED)
        page.goto(f"{server}/index.html")
        page.wait_for_url("**/zh-cn/index.html")


def test_a_click_while_the_words_are_loaded_turns_them_off_again(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        held: list[Route] = []
        page.route("**/*.translation.js*", lambda route: held.append(route))
        page.goto(f"{server}/en/tutorial/data.html")
        button = page.locator("button.side-by-side")
        with page.expect_request("**/*.translation.js*"):
            button.click()
        button.click()
        held[0].continue_()
        page.wait_for_selector("article .translation", state="attached")
        expect(button).to_have_attribute("aria-pressed", "false")
        expect(page.locator("article .translation").first).to_be_hidden()


def test_what_could_not_be_loaded_is_loaded_at_the_next_try(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        page.goto(f"{server}/en/tutorial/data.html")
        page.context.set_offline(True)
        button = page.locator("button.side-by-side")
        with page.expect_event("pageerror") as error:
            button.click()
        assert "was not loaded" in str(error.value)
        expect(button).to_have_attribute("aria-pressed", "false")
        failed = page.get_by_role("alert")
        expect(failed).to_contain_text("could not be loaded")
        page.keyboard.press("Control+k")
        said = page.locator("dialog p.search-summary")
        expect(said).to_contain_text("could not be loaded")
        page.keyboard.press("Escape")
        page.context.set_offline(False)
        button.click()
        expect(page.locator("article .translation").first).to_be_visible()
        expect(failed).to_have_count(0)
        look_up(page, "checkpoint")
        expect(page.locator(".search-list li").first).to_be_visible()
        expect(said).to_have_count(0)


def test_a_saved_page_shows_what_scripts_have_drawn_once(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        address = f"{server}/en/tutorial/data.html"
        page.goto(address)
        look_up(page, "loss")
        expect(page.locator(".search-list li").first).to_be_visible()
        page.keyboard.press("Escape")
        button = page.locator("button.side-by-side")
        button.click()
        page.wait_for_selector("html[data-side-by-side]")
        words = page.locator(".translation").count()
        controls = page.locator(".explorable button")
        count = controls.count()
        assert count > 0
        saved = page.content()
        page.route(
            address,
            lambda route: route.fulfill(body=saved, content_type="text/html"),
        )
        page.goto(address)
        expect(controls).to_have_count(count)
        for way in "not", "is":
            button.click()
            page.wait_for_selector(f"html:{way}([data-side-by-side])")
        assert page.locator(".translation").count() == words
        look_up(page, "batch")
        expect(page.locator("dialog .search-results")).to_have_count(1)


def test_an_older_translation_is_not_put_beside_a_new_page(
    browser: Browser, built_site: Path, tmp_path: Path
):
    shutil.copytree(built_site, tmp_path, dirs_exist_ok=True)
    script = tmp_path / "en" / "tutorial" / "data.translation.js"
    text = script.read_text(encoding="utf-8")
    # A paragraph less.
    script.write_text(re.sub(r"\[\n.*,\n", "[\n", text, count=1), "utf-8")
    with open_window(browser) as page:
        page.goto((tmp_path / "en" / "tutorial" / "data.html").as_uri())
        with page.expect_event("pageerror") as error:
            page.locator("button.side-by-side").click()
        assert "another version" in str(error.value)
        assert page.locator(".translation").count() == 0


def test_what_is_loaded_later_is_of_the_same_version_as_the_page(
    built_site: Path,
):
    html = (built_site / "en" / "tutorial" / "data.html").read_text("utf-8")
    for name in "translation.js", "search-data.js", "search.js", "search.css":
        assert re.search(rf'{re.escape(name)}\?v=\w+[" ]', html), name


def test_an_old_browser_is_told_that_it_cannot_search(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        page.add_init_script(OLD)
        page.goto(f"{server}/zh-cn/tutorial/data.html")
        look_up(page, "批次")
        expect(page.locator(f"{DIALOG} .search-summary")).to_contain_text(
            "浏览器"
        )


QUERIES = {
    "en": ["tensor\u200bflow", "learn\u00ading rate", "\ufefftensor\u2060flow"],
    "zh-cn": ["训练\u200b循环", "訓練循環", "梯度下降", "損失函數", "檢查點"],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_query_with_invisible_or_traditional_characters_finds_the_same(
    browser: Browser, server: str, language: str
):
    with open_window(browser) as page:
        for query in QUERIES[language]:
            page.goto(f"{server}/{language}/index.html")
            look_up(page, query)
            expect(page.locator(".search-list li").first).to_be_visible()


def test_a_very_long_query_is_answered(browser: Browser, server: str):
    with open_window(browser) as page:
        page.goto(f"{server}/en/index.html")
        look_up(page, "gradient descent " * 5000)
        expect(page.locator(f"{DIALOG} .search-summary")).not_to_be_empty()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_at_a_desk_or_on_any_phone(
    browser: Browser, built_site: Path, language: str
):
    """Nor with the large letters that readers choose in their browser who see badly, nor side by side."""
    with open_window(browser) as page:
        session = page.context.new_cdp_session(page)
        wide = {}

        def measure(name: str) -> None:
            for width, size in WINDOWS:
                page.set_viewport_size({"width": width, "height": 800})
                session.send(
                    "Page.setFontSizes", {"fontSizes": {"standard": size}}
                )
                letters, shown = page.evaluate(
                    """() => [getComputedStyle(document.documentElement).fontSize,
                              document.documentElement.scrollWidth]"""
                )
                assert letters == f"{size}px"
                if shown > width:
                    wide[name, width, size] = shown

        for name in [*PAGES, "search", "../404"]:
            page.goto((built_site / language / f"{name}.html").as_uri())
            measure(name)
            button = page.locator("button.side-by-side")
            if button.count():
                button.evaluate("button => button.click()")
                page.wait_for_selector("html[data-side-by-side]")
                measure(f"{name} side by side")
                button.evaluate("button => button.click()")
        assert wide == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [700, 1000, 1280, 1600])
def test_side_by_side_the_card_has_room_for_its_words(
    browser: Browser, built_site: Path, language: str, width: int
):
    viewport = {"width": width, "height": 800}
    with open_window(browser, viewport=viewport) as page:
        card = built_site / language / "reference" / "card.html"
        page.goto(card.as_uri())
        page.locator("button.side-by-side").click()
        page.wait_for_selector("html[data-side-by-side]")
        shown = page.evaluate("document.documentElement.scrollWidth")
        assert shown <= width
        widths = page.locator(":is(.original, .translation):visible")
        narrowest = widths.evaluate_all(
            "all => Math.min(...all.map((each) => each.clientWidth || 999))"
        )
        assert narrowest > 100


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "size"), WINDOWS)
def test_what_a_link_leads_to_is_not_hidden_by_the_header(
    browser: Browser, built_site: Path, language: str, width: int, size: int
):
    viewport = {"width": width, "height": 800}
    with open_window(browser, viewport=viewport) as page:
        session = page.context.new_cdp_session(page)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        path = built_site / language / "reference" / "glossary.html"
        page.goto(f"{path.as_uri()}#term-gradient")
        page.wait_for_function("scrollY > 500")
        header, term = (
            page.locator(selector).first.bounding_box()
            for selector in (".bd-header-article", "#term-gradient")
        )
        assert header
        assert term
        assert term["y"] >= header["y"] + header["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_drawings_have_their_ground_where_readers_choose_the_colours(
    browser: Browser, built_site: Path, scheme: str, chosen: str
):
    with open_window(
        browser, forced_colors="active", color_scheme=scheme
    ) as page:
        page.add_init_script(f"localStorage.setItem('mode', '{chosen}')")
        address = built_site / "en" / "tutorial" / "training_loop.html"
        page.goto(address.as_uri())
        page.wait_for_selector(f"html[data-theme={chosen}]")
        # In the dark theme, a filter turns it around.
        picture = page.locator("figure.output-figure img").first
        ground = "each => getComputedStyle(each).backgroundColor"
        assert picture.evaluate(ground) == "rgb(255, 255, 255)"
        plane = page.locator(".explorable svg.plane, .explorable .plane").first
        ink = "each => getComputedStyle(each).fill"
        assert plane.evaluate(ground) != page.locator(
            ".explorable text"
        ).first.evaluate(ink)


@pytest.mark.parametrize("drawer", ["primary", "secondary"])
def test_a_drawer_that_is_closed_returns_the_focus(
    browser: Browser, built_site: Path, drawer: str
):
    with open_window(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
        button = page.locator(f".{drawer}-toggle")
        button.press("Enter")
        expect(page.locator(f"#pst-{drawer}-sidebar-modal")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_within_the_page_closes_the_drawer_that_hides_its_target(
    browser: Browser, built_site: Path, language: str
):
    with open_window(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto((built_site / language / "tutorial" / "data.html").as_uri())
        page.locator(".secondary-toggle").press("Enter")
        drawer = page.locator("#pst-secondary-sidebar-modal")
        link = drawer.locator('a[href^="#"]').last
        fragment = link.get_attribute("href")
        link.click()
        expect(drawer).to_be_hidden()
        assert page.evaluate("decodeURIComponent(location.hash)") == fragment
        expect(page.locator(".tooltip")).to_have_count(0)
        expect(page.locator(f"section{fragment}")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_shows_that_it_has_the_focus(
    browser: Browser, built_site: Path, scheme: str
):
    with open_window(
        browser, color_scheme=scheme, reduced_motion="reduce"
    ) as page:
        page.goto((built_site / "zh-cn" / "tutorial" / "data.html").as_uri())
        seen = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            name, shown = page.evaluate(
                """() => {
                    const { activeElement } = document;
                    const style = getComputedStyle(activeElement);
                    const shown = style.outlineStyle !== "none" || style.boxShadow !== "none"
                        || style.textDecorationLine !== "none";
                    return [activeElement.className, shown];
                }"""
            )
            seen.add(name)
            assert shown, name
        assert any("side-by-side" in name for name in seen)
        assert any("language-switch" in name for name in seen)


def test_a_page_printed_from_the_dark_is_light_and_shows_solutions(
    browser: Browser, built_site: Path
):
    with open_window(browser, color_scheme="dark") as page:
        address = built_site / "en" / "tutorial" / "training_loop.html"
        page.goto(address.as_uri())
        page.wait_for_selector("html[data-theme=dark]")
        folded = page.locator("article details:not([open])").count()
        assert folded > 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print", color_scheme="dark")
        red, green, blue = page.locator("article p").first.evaluate(
            "p => getComputedStyle(p).color.match(/\\d+/g).map(Number)"
        )
        assert max(red, green, blue) < 100
        picture = page.locator("figure img").first
        assert picture.evaluate("i => getComputedStyle(i).filter") == "none"
        assert page.locator("article details:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("article details:not([open])").count() == folded
        page.wait_for_selector("html[data-theme=dark]")


def test_a_browser_that_says_twice_that_it_prints_gets_its_theme_back(
    browser: Browser, built_site: Path
):
    with open_window(browser, color_scheme="dark") as page:
        address = built_site / "en" / "tutorial" / "training_loop.html"
        page.goto(address.as_uri())
        folded = page.locator("article details:not([open])")
        before = folded.count()
        for event in "before", "before", "after", "after":
            page.evaluate(f"dispatchEvent(new Event('{event}print'))")
        assert folded.count() == before
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("width", [320, 390, 768])
def test_without_scripts_a_small_screen_has_the_contents_and_no_dead_buttons(
    browser: Browser, built_site: Path, width: int
):
    with open_window(
        browser,
        java_script_enabled=False,
        viewport={"width": width, "height": 800},
    ) as page:
        page.goto((built_site / "zh-cn" / "tutorial" / "data.html").as_uri())
        for toggle in page.locator(
            "[class*='-toggle']:is(button, label)"
        ).all():
            expect(toggle).to_be_hidden()
        page.get_by_role("link", name="交给 Keras 来训练").click()
        assert page.url.endswith("/zh-cn/tutorial/keras.html")


def test_without_scripts_solutions_are_printed(
    browser: Browser, built_site: Path
):
    with open_window(browser, java_script_enabled=False) as page:
        page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
        solution = page.get_by_text("20100 points")
        assert not solution.evaluate("element => element.checkVisibility()")
        page.emulate_media(media="print")
        assert solution.evaluate("element => element.checkVisibility()")


def test_an_open_search_is_not_printed(browser: Browser, server: str):
    with open_window(browser) as page:
        page.goto(f"{server}/en/tutorial/data.html")
        look_up(page, "loss")
        expect(page.locator(DIALOG)).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(DIALOG)).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_card_is_printed_on_one_page(
    browser: Browser, built_site: Path, paper: str, language: str
):
    with open_window(browser) as page:
        card = built_site / language / "reference" / "card.html"
        page.goto(card.as_uri())
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper))
    assert len(pages) == 1


def test_a_glued_number_looks_like_the_words_around_it(
    browser: Browser, built_site: Path
):
    with open_window(browser) as page:
        card = built_site / "en" / "reference" / "card.html"
        page.goto(card.as_uri())
        weights = page.locator("article .pasted-text").first.evaluate(
            "e => [e, e.parentElement].map((each) => getComputedStyle(each).fontWeight)"
        )
        assert weights[0] == weights[1]


def test_an_example_is_copied_without_prompts_and_outputs(
    browser: Browser, server: str
):
    with open_window(
        browser, permissions=["clipboard-read", "clipboard-write"]
    ) as page:
        page.goto(f"{server}/en/reference/api.html")
        button = page.locator("div.doctest button.copybtn").first
        button.evaluate("button => button.click()")
        page.wait_for_function("navigator.clipboard.readText()")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied
        assert ">>>" not in copied
        assert "14.0" not in copied
