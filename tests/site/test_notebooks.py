"""What is in the notebooks that the pages offer: what the page says, in its language."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import lxml.html
import nbformat
import pytest
from lxml.builder import E
from lxml.html import HtmlElement
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode

from book.mathml import mathml
from book.notebooks.prose import prose_around_cells
from book.weight.pages import light_drawing
from editions.code_words import code_without_words
from support.notebooks import (
    CODE_PAGES,
    OPTIONS,
    code_cells,
    promised_cells,
    read_notebook,
)
from support.pages import (
    EDITIONS,
    LANGUAGES,
    is_chinese,
    numbers_of,
    parse,
    read_article,
    read_page,
)

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_page = pytest.mark.parametrize("page", CODE_PAGES)


def test_there_are_pages_with_code():
    assert {"index", "tutorial/keras"} <= set(CODE_PAGES)


@each_language
def test_each_page_with_code_offers_its_notebook(
    built_site: Path, language: str
):
    folder = built_site / language
    offered = set()
    for path in folder.rglob("*.html"):
        html = parse(path)
        # Colab would not find the package.
        assert not html.xpath("//a[contains(@href, 'colab')]"), path
        for link in html.xpath("//a[@download]"):
            notebook = path.parent / link.get("href")
            assert notebook == path.with_suffix(".ipynb")
            name = link.get("aria-label")
            assert is_chinese(name) == is_chinese(EDITIONS[language]["name"])
            offered.add(notebook)
    pages = {folder / f"{page}.ipynb" for page in CODE_PAGES}
    assert offered == pages
    assert set(folder.rglob("*.ipynb")) == pages


@each_language
@each_page
def test_it_is_a_valid_notebook(built_site: Path, language: str, page: str):
    notebook = read_notebook(built_site, language, page)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{place}" for place in range(len(ids))]


@each_language
@each_page
def test_its_code_is_that_of_the_page_between_two_cells_of_its_own(
    built_site: Path, language: str, page: str
):
    install, *cells, last = code_cells(
        read_notebook(built_site, language, page)
    )
    words = EDITIONS[language]["words"]
    assert "from linear_tutorial import" in install.source
    assert last.source.startswith(f"# @title {words['about_results']}\n")
    assert last.metadata.jupyter == {"source_hidden": True}
    assert install.outputs == last.outputs == []
    solution = words["solution"]
    for cell, (source, _) in zip(cells, promised_cells(page), strict=True):
        of_page = OPTIONS.sub("", source).strip()
        folded = {"source_hidden": True, "outputs_hidden": True}
        is_solution = "hide-cell" in source
        assert cell.metadata.get("jupyter") == (folded if is_solution else None)
        if is_solution:
            of_page = f"# @title {solution}\n{of_page}"
        assert code_without_words(cell.source) == code_without_words(of_page)
        assert language != LANGUAGES[0] or cell.source.strip() == of_page


@each_page
def test_outputs_have_the_same_numbers_in_both_languages(
    built_site: Path, page: str
):
    english, chinese = (
        [
            numbers_of(output.get("text", ""))
            for cell in code_cells(read_notebook(built_site, language, page))
            for output in cell.outputs
        ]
        for language in LANGUAGES
    )
    assert english == chinese


@each_language
@each_page
def test_its_figures_are_those_of_the_page(
    built_site: Path, language: str, page: str
):
    drawn = [
        light_drawing(output.data["image/svg+xml"]).strip()
        for cell in code_cells(read_notebook(built_site, language, page))
        for output in cell.outputs
        if output.output_type == "display_data"
    ]
    folder = (built_site / language / page).parent
    shown = [
        (folder / source).read_text(encoding="utf-8").strip()
        for source in read_page(built_site, language, page).xpath(
            "//figure//img/@src"
        )
    ]
    assert drawn == shown


def prose_of_page(site: Path, language: str, page: str) -> HtmlElement:
    """Return what a page says around its cells, each term in one paragraph with its meaning."""
    element = read_article(site, language, page)
    for explorable in element.find_class("explorable"):
        explorable.getparent().append(
            E.p(E.em(EDITIONS[language]["words"]["only_on_the_page"]))
        )
    for left_out in element.xpath(
        ".//div[contains(@class, 'cell ') or @hidden] | .//a[@class='headerlink']"
    ):
        left_out.drop_tree()
    for link in element.find_class("sd-stretched-link"):
        link.drop_tree()
    for title in element.find_class("sd-card-title"):
        words = deepcopy(title)
        words.tag, words.tail = "strong", None
        title.clear(keep_tail=True)
        title.tag = "p"
        title.append(words)
    for term in element.xpath(".//dt"):
        term.tag = "strong"
        term.tail = " "
        (meaning,) = term.getnext()
        meaning.insert(0, term)
        term.tail += meaning.text
        meaning.text = None
    for forecast in element.find_class("forecast"):
        (right,) = forecast.find_class("forecast-right")
        (explanation,) = forecast.find_class("forecast-explanation")
        answer = deepcopy(right.find(".//label"))
        answer.tag = "strong"
        forecast.insert(0, E.p(E.strong(forecast.get("data-title"))))
        explanation.insert(0, E.p(answer))
        explanation.insert(0, E.summary(explanation.get("aria-label")))
    return element


def prose_of_notebook(notebook: NotebookNode) -> HtmlElement:
    """Return what Jupyter shows of a notebook's prose."""
    markdown = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    for rule in "math_inline", "math_block":
        markdown.add_render_rule(rule, as_mathml)
    html = [
        markdown.render(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
    ]
    return lxml.html.fromstring("\n".join(["<div>", *html, "</div>"]))


def as_mathml(
    renderer: object, tokens: list[Token], place: int, *rest: object
) -> str:
    return mathml(tokens[place].content)


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


# Where a page says what a notebook says: in the same element, or in another one.
SAME = [
    "h1",
    "h2",
    "h3",
    "li",
    "th",
    "td",
    "p[not(ancestor::li or ancestor::table)]",
]
SAME += ["pre", "code[not(parent::pre)]", "math"]
SAYS = {
    **{name: name for name in SAME},
    "pre/code[@class='language-python']": "div[starts-with(@class, 'highlight-python')]",
    "blockquote": "div[contains(@class, 'admonition')]",
    "strong": "*[self::strong or @class='admonition-title']",
    "em": "*[self::em or self::figcaption]",
}


@each_language
@each_page
def test_it_says_what_the_page_says(built_site: Path, language: str, page: str):
    expected = prose_of_page(built_site, language, page)
    prose = prose_of_notebook(read_notebook(built_site, language, page))
    assert words(prose).replace(" ", "") == words(expected).replace(" ", "")
    for ours, theirs in SAYS.items():
        assert list(map(words, prose.xpath(f".//{ours}"))) == list(
            map(words, expected.xpath(f".//{theirs}"))
        ), ours
    # As long as the public address of the site is not known, that is; see builds.py.
    assert prose.xpath(".//a/@href") == expected.xpath(
        ".//a[contains(@class, 'external')]/@href"
    )


def test_with_an_address_links_lead_to_the_other_pages():
    html = """
        <h1>Title<a class="headerlink" href="#title">#</a></h1>
        <p><a class="reference internal" href="../about/us.html#how">us</a>,
        <a class="reference internal" href="#title">above</a>,
        <a class="reference external" href="https://example.com/">them</a></p>
        """
    (known,) = prose_around_cells(html, [], "https://example.org/en/a/b.html")
    assert known == (
        "# [Title](https://example.org/en/a/b.html)\n\n"
        "[us](https://example.org/en/about/us.html#how), above, "
        "[them](https://example.com/)"
    )
    (unknown,) = prose_around_cells(html, [])
    assert unknown == "# Title\n\nus, above, [them](https://example.com/)"


def test_a_text_leads_to_an_explorable_which_only_the_page_has():
    html = '<p>Drag.</p><div class="explorable" data-kind="data" hidden></div>'
    address = "https://example.org/a.html"
    assert prose_around_cells(html, [], address, "See there.") == [
        f"Drag.\n\n*[See there.]({address})*"
    ]
    assert prose_around_cells(html, [], "", "See there.") == [
        "Drag.\n\n*See there.*"
    ]


def test_an_explanation_is_folded_away_behind_its_forecast():
    html = """
        <div class="forecast" data-title="Guess"><div class="forecast-question"><p>How?</p></div>
        <ol class="forecast-answers">
        <li class="forecast-wrong"><input type="radio"/><p><label>so</label></p><span></span></li>
        <li class="forecast-right"><input type="radio"/><p><label>in <code>b</code></label></p></li>
        </ol><div class="forecast-explanation" aria-label="Answer"><p>As <em>you</em> see.</p></div></div>
        <p>On.</p>
        """
    assert prose_around_cells(html, []) == [
        "**Guess**\n\nHow?\n\n1. so\n2. in `b`\n\n"
        "<details>\n<summary>Answer</summary>\n\n**in `b`**\n\n"
        "As *you* see.\n\n</details>\n\nOn."
    ]
