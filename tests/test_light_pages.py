"""Pages are light: what they load, and that all of it still works and is seen."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route

import light_pages
from support.projects import PAGES, what_is_loaded
from support.sites import Site
from icons import read_icons
from used_css import names_in, read_style_sheet, used_css, words_in

KILOBYTES = 600
LANGUAGES = ("en", "zh-cn")

each_language = pytest.mark.parametrize("language", LANGUAGES)

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
UNSEEN_ICONS = """
    () => [...document.querySelectorAll(".svg-inline--fa, .fa-solid, .fas")]
      .filter((icon) => icon.checkVisibility())
      .filter((icon) => {
        const { width, height } = (icon.firstElementChild ?? icon).getBoundingClientRect();
        return !icon.matches("svg") || width < 4 || height < 4;
      })
      .map((icon) => icon.outerHTML)
"""
# The icon that the style sheet puts somewhere, and its width in a font of 512 pixels.
MEASURE_ICON = """
    async ([selector, part]) => {
      const element = document.querySelector(selector);
      const { content, fontWeight, fontFamily } = getComputedStyle(element, part);
      const letter = content.split('"')[1];
      const font = `${fontWeight} 512px ${fontFamily}`;
      await document.fonts.load(font, letter);
      const canvas = document.createElement("canvas").getContext("2d");
      canvas.font = font;
      return [letter, canvas.measureText(letter).width];
    }
"""


def names(site: Path, language: str) -> list[str]:
    """List the pages of an edition."""
    edition = site / language
    return sorted(
        path.relative_to(edition).as_posix() for path in edition.rglob("*.html")
    )


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


@each_language
@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_a_first_visit_loads_little_and_shows_all(
    browser: Browser,
    built_site: Path,
    server: str,
    name: str,
    language: str,
):
    looked_at = what_is_loaded(built_site / language, name)
    visit = FirstVisit(browser, f"{server}/{language}/{name}.html")
    assert visit.wrong == []
    assert visit.kilobytes <= KILOBYTES


@each_language
def test_nothing_keeps_a_page_from_being_shown_but_its_style(
    built_site: Path, language: str
):
    for name in names(built_site, language):
        path = built_site / language / name
        head = lxml.html.parse(path).find("head")
        (style,) = head.xpath("link[@rel='stylesheet']")
        assert re.search(r"_static/style\.css\?v=\w{8}$", style.get("href"))
        for script in head.xpath("script[@src]"):
            assert script.keys()[0] in {"async", "defer"}, script.get("src")
        assert len(head.xpath("meta[@name='viewport']")) == 1


def test_scripts_run_in_their_order(page: Page, address: str):
    page.goto(f"{address}/en/tutorial/data.html")
    assert page.evaluate("DOCUMENTATION_OPTIONS.pagename") == "tutorial/data"
    assert page.evaluate("typeof bootstrap.Tooltip") == "function"


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
    assert after["y"] == pytest.approx(before["y"], abs=2)


@each_language
def test_the_button_copies_the_code(
    browser: Browser, server: str, language: str
):
    context = browser.new_context(permissions=["clipboard-read"])
    page = context.new_page()
    page.goto(f"{server}/{language}/tutorial/data.html")
    code = page.locator("div.cell_input div.highlight").first
    code.hover()
    code.locator("button.copybtn").click()
    code.locator("button.copybtn.success").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == code.locator("pre").inner_text().rstrip("\n")
    context.close()


def test_icons_of_style_sheets_and_scripts_are_in_the_small_font(
    page: Page, built_site: Path
):
    page.goto((built_site / "en" / "tutorial" / "data.html").as_uri())
    letter, width = page.evaluate(
        MEASURE_ICON, [".admonition.tip > .admonition-title", "::after"]
    )
    assert (letter, width) == ("\uf0eb", 384)
    page.locator("article").evaluate(
        "article => article.insertAdjacentHTML('beforeend', '<i class=\"fa-solid fa-xmark\"></i>')"
    )
    letter, width = page.evaluate(MEASURE_ICON, ["i.fa-xmark", "::before"])
    assert (letter, width) == ("\uf00d", 384)


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


CONFIGURATION = """
import sys
sys.path.insert(0, {extensions!r})
project = "small"
extensions = ["light_pages"]
html_theme = {theme!r}
template_bridge = "light_pages.LightTemplates"
templates_path = ["_templates"]
exclude_patterns = ["_*"]
"""


def write_configuration(site: Site, theme: str) -> None:
    extensions = str(Path(read_icons.__wrapped__.__code__.co_filename).parent)
    site.write(
        "conf.py", CONFIGURATION.format(extensions=extensions, theme=theme)
    )
    site.write("index.rst", "Title\n=====\n")


def test_an_icon_that_the_theme_does_not_have_fails(site: Site):
    write_configuration(site, "sphinx_book_theme")
    site.write(
        "_templates/layout.html",
        '{% extends "!layout.html" %}{% block docs_body %}'
        '<i class="fa-solid fa-bar"></i>{% endblock %}',
    )
    build = site.build()
    assert not build.ok
    assert "index" in build.said
    assert "the theme has no icon 'fa-solid fa-bar'" in build.said


def test_a_theme_that_draws_icons_in_another_way_fails(site: Site):
    write_configuration(site, "basic")
    build = site.build()
    assert not build.ok
    assert "the theme loads 0 scripts of icons, not 1" in build.said


def write_layout(site: Site, text: str) -> None:
    site.write(
        "_templates/layout.html",
        '{% extends "!layout.html" %}'
        f"{{% block docs_body %}}{text}{{% endblock %}}",
    )


def test_a_template_that_was_compiled_is_compiled_again_when_it_changes(
    site: Site,
):
    write_configuration(site, "sphinx_book_theme")
    for text in "first", "second", "first":
        write_layout(site, text)
        build = site.build()
        assert build.ok, build.said
        (article,) = lxml.html.parse(build.output / "index.html").xpath(
            "//main"
        )
        assert {"first", "second"} & set(article.text_content().split()) == {
            text
        }


def test_other_libraries_compile_all_templates_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    def compiled() -> int:
        assert site.build().ok
        return len(list(site.root.rglob("__jinja2_*")))

    write_configuration(site, "sphinx_book_theme")
    count = compiled()
    assert count
    assert compiled() == count
    monkeypatch.setattr(light_pages, "installed_versions", dict)
    assert compiled() == 2 * count


def test_icons_are_found_under_all_their_names(tmp_path: Path):
    script = tmp_path / "fontawesome.js"
    script.write_text(
        'var b={bars:[448,512,["navicon"],"f0c9","M0 96"],"arrow-up":[384,512,[8593],"f062","M214"]};'
        'f(function(){p("fas",b),p("fa-solid",b)})'
    )
    styles = read_icons(script)
    assert styles["fas"] is styles["fa-solid"]
    assert set(styles["fas"]) == {"bars", "navicon", "arrow-up"}
    assert styles["fas"]["navicon"] == (448, 512, "M0 96", "\uf0c9")
    script.write_text("var icons=[]")
    read_icons.cache_clear()
    with pytest.raises(ValueError, match=r"no icons are found in fontawesome"):
        read_icons(script)


WORDS = {"p", "a", "shown", "top"}


@pytest.mark.parametrize(
    "kept",
    [
        "p{top: 0}",
        "p:first-child::before{top: 0}",
        "p, .unused{top: 0}",
        "#top > .shown[hidden]{top: 0}",
        "p:not(.unused){top: 0}",
        ":is(.unused, p) a{top: 0}",
        "*, [hidden], ::selection{top: 0}",
        r".w-1\/2{top: 0}",
        "@media print{\np{top: 0}\n}",
        "@supports (top: 0){\n@media print{\np{top: 0}\n}\n}",
        "p{animation: spin 1s}\n@keyframes spin{to{top: 0}}",
        "@page{margin: 1cm}",
        ":root{--gap: 1px}",
        "/*! A licence */",
    ],
)
def test_a_rule_that_can_apply_is_kept(kept: str):
    assert used_css(kept, WORDS).replace(" {", "{") == kept
    # Nothing depends on words that the style sheet does not have.
    assert used_css(kept, WORDS & names_in(kept)) == used_css(kept, WORDS)


@pytest.mark.parametrize(
    "dropped",
    [
        "table{top: 0}",
        "p .unused{top: 0}",
        "p.shown#unused{top: 0}",
        "p:is(.unused, table){top: 0}",
        "p:has(> .unused){top: 0}",
        "@media print{.unused{top: 0}}",
        "@supports (top: 0){@media print{table{top: 0}}}",
        "@keyframes spin{to{top: 0}}",
        ".unused{animation: spin 1s} @keyframes spin{to{top: 0}}",
        '@charset "utf-8";',
        "/* A comment */",
    ],
)
def test_a_rule_that_cannot_apply_is_dropped(dropped: str):
    assert used_css(dropped, WORDS) == ""


@given(st.text())
def test_names_are_found_wherever_they_stand(text: str):
    found = set(re.findall(r"[\w-]+", text))
    assert words_in(text) == found
    assert names_in(text) >= found
    assert light_pages.names_of_files(text) == set(re.findall(r"[\w.-]+", text))


def test_a_broken_style_sheet_fails():
    with pytest.raises(ValueError, match="line 2 of the style sheets"):
        used_css("p{top: 0}\np", WORDS)


def test_style_sheets_become_one_with_the_addresses_that_they_had(
    tmp_path: Path,
):
    (tmp_path / "styles").mkdir()
    (tmp_path / "basic.css").write_text("p{background: url(file.png)}")
    sheet = tmp_path / "styles" / "theme.css"
    sheet.write_text(
        '@import "../basic.css";\n'
        "a{background: url('../a.png')}\n"
        'b{background: url("data:image/png;base64,AA")}'
    )
    assert read_style_sheet(sheet, tmp_path).splitlines() == [
        'p{background: url("file.png")}',
        'a{background: url("a.png")}',
        'b{background: url("data:image/png;base64,AA")}',
    ]
