"""What a first visit of a page loads, and that all of it is seen and works."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route

from support.pages import VISITS
from support.projects import PAGES

KILOBYTES = 600

each_language = pytest.mark.parametrize("language", ["en", "zh-cn"])

ADD_UP_SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) window.shifted += value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# To the end of the page, and until the last picture is there.
LOOK_AT_ALL_PICTURES = """
    async () => {
      for (const image of document.images) {
        image.scrollIntoView({ behavior: "instant" });
        if (image.checkVisibility()) await image.decode();
      }
      await new Promise(requestAnimationFrame);
    }
"""
# Icons are letters of a font. A letter that the font lacks is drawn as another that no font has.
UNSEEN_ICONS = """
    async () => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 64;
      const context = canvas.getContext("2d");
      const drawn = ({ fontWeight, fontFamily }, letter) => {
        context.clearRect(0, 0, 64, 64);
        context.font = `${fontWeight} 48px ${fontFamily}`;
        context.fillText(letter, 0, 48);
        return canvas.toDataURL();
      };
      await document.fonts.ready;
      const unseen = [];
      const look = (element, part) => {
        const style = getComputedStyle(element, part);
        const letter = style.content.split('"')[1];
        if (!letter || drawn(style, letter) === drawn(style, "\\uf8fe"))
          unseen.push(`${element.outerHTML} ${style.content}`);
      };
      for (const icon of document.querySelectorAll(".fa-solid, .fas"))
        if (icon.checkVisibility()) {
          look(icon, "::before");
          if (icon.getBoundingClientRect().width < 4) unseen.push(icon.outerHTML);
        }
      for (const title of document.querySelectorAll(".admonition > .admonition-title"))
        look(title, "::after");
      return unseen;
    }
"""


class FirstVisit:
    """A page opened with an empty cache, and all that came with it."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.responses: list[Response] = []
        self.wrong: list[str] = []
        context = browser.new_context()
        context.add_init_script(ADD_UP_SHIFTS)
        page = context.new_page()
        page.on("response", lambda response: self.responses.append(response))
        page.on("requestfailed", lambda request: self.wrong.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._listen)
        page.goto(address)
        page.evaluate(LOOK_AT_ALL_PICTURES)
        self.wrong += page.evaluate(UNSEEN_ICONS)
        if (shifted := page.evaluate("window.shifted")) >= 0.01:
            self.wrong.append(f"the layout shifted by {shifted}")
        for response in self.responses:
            here = urlsplit(response.url).netloc == urlsplit(address).netloc
            if not here or response.status != 200:
                self.wrong.append(response.url)
        # Nothing is compressed.
        self.kilobytes = (
            sum(int(each.headers["content-length"]) for each in self.responses)
            / 1000
        )
        context.close()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(message.text)


@pytest.mark.parametrize(("language", "name"), VISITS)
def test_a_first_visit_loads_little_and_shows_all(
    browser: Browser, server: str, name: str, language: str
):
    visit = FirstVisit(browser, f"{server}/{language}/{name}.html")
    assert visit.wrong == []
    assert visit.kilobytes <= KILOBYTES


@each_language
def test_nothing_keeps_a_page_from_being_shown_but_its_style(
    built_site: Path, language: str
):
    pages = [*(built_site / language).rglob("*.html")]
    assert len(pages) == len(PAGES) + 1
    for path in pages:
        head = lxml.html.parse(path).find("head")
        (style,) = head.xpath("link[@rel='stylesheet']")
        assert re.search(r"_static/style\.css\?v=\w{8}$", style.get("href"))
        assert head.xpath("link[@rel='preload']") == []
        for script in head.xpath("script[@src]"):
            assert {"async", "defer"} & set(script.keys()), script.get("src")


@each_language
def test_files_that_no_page_asks_for_are_not_published(
    built_site: Path, language: str
):
    static = built_site / language / "_static"
    left_over = [
        path.name
        for path in static.rglob("*")
        if path.suffix in {".map", ".po", ".mo", ".html", ".woff2", ".scss"}
        or "fontawesome" in path.name
        or (path.is_dir() and not any(path.iterdir()))
    ]
    assert left_over == []


@each_language
def test_scripts_run_in_their_order_and_icons_keep_their_places(
    browser: Browser, server: str, language: str
):
    context = browser.new_context(permissions=["clipboard-read"])
    page = context.new_page()
    page.goto(f"{server}/{language}/tutorial/data.html")
    assert page.evaluate("DOCUMENTATION_OPTIONS.pagename") == "tutorial/data"
    assert page.evaluate("typeof bootstrap.Tooltip") == "function"

    code = page.locator("div.cell_input div.highlight").first
    code.hover()
    code.locator("button.copybtn").click()
    code.locator("button.copybtn.success").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == code.locator("pre").inner_text().rstrip("\n")

    # Beside what is typed, not under it.
    page.keyboard.press("Control+k")
    icon = page.locator("#pst-search-dialog .fa-solid").bounding_box()
    field = page.locator("#pst-search-dialog input").bounding_box()
    assert icon
    assert field
    assert icon["x"] + icon["width"] <= field["x"]
    assert page.evaluate(UNSEEN_ICONS) == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_right_before_any_script_is_loaded(
    browser: Browser, built_site: Path, theme: str
):
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto((built_site / "en" / "index.html").as_uri())
    assert page.locator("html").get_attribute("data-theme") == theme
    context.close()


def test_without_scripts_there_are_colours_and_icons(
    browser: Browser, built_site: Path
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
    colour = (
        "page => getComputedStyle(page).getPropertyValue('--pst-color-border')"
    )
    assert page.locator("html").evaluate(colour).startswith("#")
    assert page.evaluate(UNSEEN_ICONS) == []
    context.close()


def test_no_text_moves_when_a_picture_arrives(page: Page, built_site: Path):
    waiting: list[Route] = []
    page.route("**/_images/*", lambda route: waiting.append(route))
    page.goto(
        (built_site / "en" / "tutorial" / "training_loop.html").as_uri(),
        wait_until="domcontentloaded",
    )
    last = page.locator(".prev-next-footer")
    before = last.bounding_box()
    page.unroute("**/_images/*")
    page.evaluate(LOOK_AT_ALL_PICTURES)
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    after = last.bounding_box()
    assert waiting
    assert before
    assert after
    # The sizes of drawings are rounded to whole pixels.
    rounding = page.locator("figure.output-figure").count() / 2
    assert after["y"] == pytest.approx(before["y"], abs=rounding)
