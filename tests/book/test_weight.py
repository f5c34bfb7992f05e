"""Pages load one style sheet of used rules, small icon fonts and no script for icons."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont
from sphinx.errors import ThemeError

from book.mathml.font import FONT as FORMULA_FONT
from book.mathml.font import drawn_characters
from book.weight.fonts import with_small_formula_font, with_small_icon_fonts
from book.weight.pages import light_page
from book.weight.static_files import keep_only, named_files
from book.weight.style_sheet import read_style_sheet, used_css
from support.sites import Site

WORDS = {"p", "a", "shown", "--shown", "top", "w-1", "2"}


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
        "@keyframes spin{to{top: 0}}",
        "@page {margin: 1cm}",
        "@layer base;",
        "@supports selector(:has(*)){\np:not(:has(:checked)) > .shown{top: 0}\n}",
        "p:has(:checked) > .shown::before{content: attr(data-top)}",
        ":root{--gap: 1px}\np{top: calc(var( --gap ) + 1px)}",
        ":root{--shown: 1px; top: 0}",
        'p{content: "two  spaces"}',
        "/*! A licence */",
    ],
)
def test_a_rule_that_can_apply_is_kept(kept: str):
    assert used_css(kept, WORDS) == kept


@pytest.mark.parametrize(
    "dropped",
    [
        "table{top: 0}",
        "p .unused{top: 0}",
        "p.shown#unused{top: 0}",
        r".w-1\/3{top: 0}",
        "@media print{.unused{top: 0}}",
        "@supports (top: 0){@media print{table{top: 0}}}",
        "@supports selector(:has(*)){.unused:has(:checked) > p{top: 0}}",
        '@charset "utf-8";',
        "/* A comment */",
    ],
)
def test_a_rule_that_cannot_apply_is_dropped(dropped: str):
    assert used_css(dropped, WORDS) == ""


def test_a_custom_property_that_nothing_asks_for_is_dropped():
    css = "p{--gap: url(data:a;b); top: 0; --gap: {}; left: 0;--gap: 1}"
    unused = ".unused{top: var(--gap)}"
    assert used_css(css + unused, WORDS) == "p{top: 0; left: 0;}"


def test_white_space_and_comments_are_dropped():
    assert used_css("p  {\n  top:\n  /* none */0;\n}\n", WORDS) == "p{top: 0;}"


def test_a_broken_style_sheet_fails():
    with pytest.raises(ValueError, match="line 2 of the style sheets"):
        used_css("p{top: 0}\np", WORDS)


def test_merged_style_sheets_load_the_same_files(tmp_path: Path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "basic.css").write_text("p{background: url(file.png)}")
    sheet = tmp_path / "styles" / "theme.css"
    sheet.write_text(
        '\ufeff@import "../basic.css";\n'
        "a{background: url('../a.png')}\n"
        'b{background: url("data:image/png;base64,AA")}',
        encoding="utf-8",
    )
    assert read_style_sheet(sheet, tmp_path).splitlines() == [
        'p{background: url("file.png")}',
        'a{background: url("a.png")}',
        'b{background: url("data:image/png;base64,AA")}',
    ]


ICON_SCRIPT = '<script defer src="../_static/fontawesome.js?v=1"></script>'
PAGE = f"""\
<html><head><title>A page</title>
<script data-a="b">first()</script>
<link href="../_static/theme.css?v=1" rel="stylesheet" />
{ICON_SCRIPT}
<link rel="preload" as="script" href="../_static/scripts/theme.js" />
<link rel="stylesheet" type="text/css" href="../_static/site.css" />
<script src="../_static/copy.js"></script>
<script>copy()</script>
</head><body><script>last()</script></body></html>
"""
LIGHT_PAGE = """\
<html><head><title>A page</title>
<script data-a="b">first()</script>
<script defer src="../_static/copy.js"></script>
<script type="module">copy()</script>
<link rel="stylesheet" href="../_static/style.css">
</head><body><script>last()</script></body></html>
"""


def test_a_light_page_has_one_style_sheet_and_no_script_for_icons():
    assert light_page(PAGE, "../_static/style.css") == LIGHT_PAGE


def test_a_page_with_a_formula_loads_their_font_before_it_is_shown():
    page = PAGE.replace("<body>", "<body><math></math>")
    light = light_page(page, "../_static/style.css")
    load = """<script>document.fonts.load('1em "STIX Two Math"');</script>"""
    sheet = '<link rel="stylesheet" href="../_static/style.css">\n'
    assert f"{sheet}{load}\n</head>" in light


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        (ICON_SCRIPT, "", 0),
        (ICON_SCRIPT, ICON_SCRIPT * 2, 2),
        ("fontawesome.js", "icons.js", 0),
    ],
)
def test_a_page_of_another_theme_fails(old: str, new: str, count: int):
    with pytest.raises(ThemeError, match=f"loads {count} scripts of icons"):
        light_page(PAGE.replace(old, new), "../_static/style.css")


STATIC = Path(
    pydata_sphinx_theme.__path__[0], "theme", "pydata_sphinx_theme", "static"
)
FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"


def test_an_icon_font_has_the_icons_of_the_style_sheet_alone():
    css = f'@font-face{{src: url("{FONT}")}} a{{content: "\uf0c9"}} b{{content: "\uf00d"}}'
    light = with_small_icon_fonts(css, STATIC)
    # The same bytes every time.
    assert with_small_icon_fonts(css, STATIC) == light
    data = re.search(r'url\("data:font/woff2;base64,([^"]+)"\)', light)
    assert data
    font = TTFont(BytesIO(b64decode(data[1])))
    assert set(font.getBestCmap()) == {0xF0C9, 0xF00D}
    assert len(data[1]) < 1000


def test_an_icon_that_no_font_has_fails():
    css = f'@font-face{{src: url("{FONT}")}} a{{content: "\ue000"}}'
    with pytest.raises(ThemeError, match=r"no icon font .* has .*ue000"):
        with_small_icon_fonts(css, STATIC)
    with pytest.raises(ThemeError, match=r"no icon font .* has .*uf0c9"):
        with_small_icon_fonts('a{content: "\uf0c9"}', STATIC)


def test_the_font_of_formulas_has_their_characters_and_measures():
    css = f'@font-face{{src: url("{FORMULA_FONT.name}") format("woff2")}}'
    characters = drawn_characters("<math><mi>x</mi><mo>=</mo></math>")
    light = with_small_formula_font(css, FORMULA_FONT.parent, characters)
    assert (
        with_small_formula_font(css, FORMULA_FONT.parent, characters) == light
    )
    data = re.search(r'url\("data:font/woff2;base64,([^"]+)"\)', light)
    assert data
    font = TTFont(BytesIO(b64decode(data[1])))
    assert {*map(chr, font.getBestCmap())} == {"𝑥", "=", "√"}
    assert len(font.getGlyphOrder()) > 6, "a root has several sizes"
    assert "MATH" in font


def test_files_are_found_through_scripts_and_style_sheets(tmp_path: Path):
    def write(name: str, text: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    named = {
        write("scripts/page.js", "load('more.css') //# page.js.map"),
        write("more.css", "a{background: url(minus.png)}"),
        write("minus.png"),
    }
    write("scripts/page.js.map")
    write("locales/book.po")
    text = '<script src="_static/scripts/page.js?v=1"></script>'
    assert named_files(tmp_path, text) == named
    keep_only(tmp_path, named)
    assert set(tmp_path.rglob("*")) == {*named, tmp_path / "scripts"}


def small_site(folder: Path, theme: str = "sphinx_book_theme") -> Site:
    settings = f"""
        html_theme = {theme!r}
        templates_path = ["_templates"]

        def setup(app):
            app.add_config_value("editions_together", True, "html", bool)
        """
    site = Site(folder, ["book.weight"], settings)
    site.write("index.rst", "Title\n=====\n\n.. toctree::\n\n   more")
    site.write("more.rst", "More\n====\n")
    return site


def linked_style_sheets(folder: Path) -> list[set[str]]:
    """Return the addresses of the style sheets of each page."""
    return [
        set(re.findall(r'href="([^"]*\.css[^"]*)"', page.read_text()))
        for page in folder.glob("*.html")
    ]


def test_all_pages_link_one_style_sheet_of_the_rules_that_they_use(
    tmp_path: Path,
):
    site = small_site(tmp_path)
    build = site.build()
    assert build.ok, build.said
    ((first,), *others) = linked_style_sheets(build.output)
    assert re.fullmatch(r"_static/style\.css\?v=\w{8}", first)
    assert others
    assert all(other == {first} for other in others)
    css = build.output / "_static" / "style.css"
    assert ".centered" not in css.read_text()
    assert list(build.output.rglob("fontawesome*")) == []

    shutil.rmtree(build.output)
    site.write("more.rst", "More\n====\n\n.. centered:: Text\n")
    assert site.build().ok
    assert ".centered" in css.read_text()
    assert linked_style_sheets(build.output)[0] != {first}


def test_a_preview_is_left_as_the_theme_writes_it(tmp_path: Path):
    site = small_site(tmp_path)
    for text in "More", "Less":
        site.write("more.rst", f"{text}\n====\n")
        build = site.build(editions_together=0)
        assert build.ok, build.said
        for addresses in linked_style_sheets(build.output):
            assert len(addresses) > 1
            for address in addresses:
                assert (build.output / address.partition("?")[0]).exists()


def test_a_theme_without_a_script_for_icons_fails(tmp_path: Path):
    build = small_site(tmp_path, "basic").build()
    assert not build.ok
    assert "the theme loads 0 scripts of icons, not 1" in build.said


def test_pages_with_different_style_sheets_fail(tmp_path: Path):
    site = small_site(tmp_path)
    site.write(
        "_templates/layout.html",
        '{% extends "!layout.html" %}{% block extrahead %}{% if pagename == "more" %}'
        '<link rel="stylesheet" href="_static/more.css">{% endif %}{% endblock %}',
    )
    build = site.build()
    assert not build.ok
    assert "pages link different style sheets" in build.said
