"""Write the text of all pages into one script, which the search of this book scans.

Sphinx's own search, and any language made for it with `SearchLanguage`, finds a Chinese word only
where its segmentation cut one out, and takes the lines that it shows from the pages with `fetch`,
which browsers refuse when a site is opened from disk; Pagefind takes its whole index that way. But a
book is small: to scan all of its text takes a browser a few milliseconds, needs no segmentation, and
finds every run of characters. `static/search.js` does it.

Sphinx's search is switched off, so that no page loads its files; of it, only the English stemmer and
the list of stop words are used.
"""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile

import lxml.html
from lxml.html import HtmlElement
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.search import IndexBuilder

# Every edition contains English words.
STEMMED = "en"
# A definition whose term has an anchor is a place to lead to, like a section: an entry of the
# glossary, an object of the API.
SECTIONS = ".//section[@id] | .//dd[preceding-sibling::*[1][self::dt[@id]]]"
# Whatever stands on lines of its own; of a table, a row.
LINES = ".//p[not(ancestor::tr)] | .//li | .//dt | .//dd | .//tr"
# What a reader of the article does not read as its text.
NOISE = ".//a[contains(@class, 'headerlink')] | .//div[@hidden]"
LINE_END = "\N{LINE SEPARATOR}"
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# Files of Sphinx's search that its basic theme brings along.
UNUSED = ("language_data.js", "searchtools.js")


@dataclass(frozen=True)
class Section:
    """A place that a result can lead to: its own text, without that of sections within it.

    Prose has a line for each paragraph, item or row.
    """

    title: str
    anchor: str
    prose: str
    code: str


def sections(article: HtmlElement) -> list[Section]:
    """Take an article apart into its sections, in their order.

    >>> article = lxml.html.fromstring(
    ...     "<article><section id='a'><h1>All</h1><p>One <b>t</b>wo.</p><p>Three.</p>"
    ...     "<section id='b'><h2>Code</h2><pre>1 +\\n1\\n</pre></section></section></article>"
    ... )
    >>> for section in sections(article):
    ...     print(section)
    Section(title='All', anchor='a', prose='One two.\\nThree.', code='')
    Section(title='Code', anchor='b', prose='', code='1 +\\n1')
    >>> formula = "<math><mover><mi>x</mi><mo accent='true'>_</mo></mover></math>"
    >>> sections(
    ...     lxml.html.fromstring(
    ...         f"<article><section id='c'><h1>Mean</h1><p>of {formula}</p></section></article>"
    ...     )
    ... )
    [Section(title='Mean', anchor='c', prose='of x', code='')]
    """
    for noise in article.xpath(NOISE):
        noise.drop_tree()
    # A stroke above a letter is no text.
    for stroke in article.xpath(".//mover/mo[@accent='true']"):
        stroke.drop_tree()
    for formula in list(article.iter("math")):
        text = "".join(formula.itertext())
        formula.clear(keep_tail=True)
        formula.text = "".join(text.split())
    for line in article.xpath(LINES):
        line.tail = LINE_END + (line.tail or "")
    # In reverse document order, inner sections come before the outer one. `_take_out` removes each
    # from the tree, so that the outer section holds only its own text.
    innermost_first = reversed(article.xpath(SECTIONS))
    return [_take_out(element) for element in innermost_first][::-1]


def _take_out(element: HtmlElement) -> Section:
    if element.tag == "section":
        title, anchor = _take_heading(element), element.get("id")
    else:
        title, anchor = _take_terms(element)
    listings = list(element.iter("pre"))
    code = "\n".join(listing.text_content().strip("\n") for listing in listings)
    for listing in listings:
        listing.drop_tree()
    lines = [" ".join(line.split()) for line in _text(element).split(LINE_END)]
    element.drop_tree()
    prose = "\n".join(line for line in lines if line)
    return Section(title, anchor, prose, spell_out(code))


def _take_heading(section: HtmlElement) -> str:
    heading = next(section.iterchildren(*HEADINGS))
    title = _text(heading)
    heading.drop_tree()
    return title


def _take_terms(definition: HtmlElement) -> tuple[str, str]:
    """Take the terms that a definition is for, and return its title and anchor."""
    before = definition.itersiblings(preceding=True)
    terms = list(takewhile(lambda sibling: sibling.tag == "dt", before))[::-1]
    anchor = terms[0].get("id")
    if "sig" not in terms[0].classes:
        title = " · ".join(_text(term).strip(LINE_END) for term in terms)
        for term in terms:
            term.drop_tree()
        return title, anchor
    # A signature says more than a name: it is part of the text.
    definition[:0] = terms
    return anchor, anchor


def _text(element: HtmlElement) -> str:
    return spell_out(str(element.text_content()))


def spell_out(text: str) -> str:
    """Expand characters whose NFKC form has several characters, such as ligatures.

    `fold` in search.js replaces each of the others by exactly one, so positions stay the same.

    >>> spell_out("ﬁt … ，１")
    'fit ... ，１'
    """
    full = (unicodedata.normalize("NFKC", character) for character in text)
    return "".join(
        plain if len(plain) > 1 else character
        for character, plain in zip(text, full, strict=True)
    )


def page_sections(html: str) -> list[dict[str, str]]:
    """Return the sections of a written page, as dictionaries for JSON."""
    (article,) = lxml.html.fromstring(html).find_class("bd-article")
    return [asdict(section) for section in sections(article)]


def pages(
    env: BuildEnvironment, builder: StandaloneHTMLBuilder
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Read the pages that were written, in the order of the book, each with its address."""
    for docname in env.collect_relations():
        path = builder.get_outfilename(docname)
        html = path.read_text(encoding="utf-8")
        yield (
            builder.get_target_uri(docname),
            page_sections(html),
        )


def switch_off_stock_search(app: Sphinx) -> None:
    """Keep Sphinx from making an index; conf.py names the page for the results."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def write_search_data(app: Sphinx, exception: Exception | None) -> None:
    """Write what `search.js` needs, and remove what nobody loads."""
    builder = app.builder
    if exception or not isinstance(builder, StandaloneHTMLBuilder):
        return
    stock = IndexBuilder(app.env, STEMMED, {}, "")
    script = "\n".join(
        (
            stock.get_js_stemmer_code(),
            f"const STOP_WORDS = new Set({_json(sorted(stock.lang.stopwords))});",
            f"const PAGES = {_json(list(pages(app.env, builder)))};",
        )
    )
    static = app.outdir / "_static"
    (static / "search-data.js").write_text(script, encoding="utf-8")
    for name in UNUSED:
        (static / name).unlink(missing_ok=True)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("builder-inited", switch_off_stock_search)
    app.connect("build-finished", write_search_data)
