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
from pathlib import Path
from unicodedata import normalize

import lxml.html
from lxml.html import HtmlElement
from opencc import OpenCC
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import IndexBuilder

# Every edition contains English words.
STEMMED = "en"
# A definition whose term has an anchor is a place to lead to, like a section: an entry of the
# glossary, an object of the API. Its terms are moved into it.
DEFINITIONS = ".//dd[preceding-sibling::*[1][self::dt[@id]]]"
SECTIONS = ".//section[@id] | .//dd[dt]"
TITLES = "./h1 | ./h2 | ./h3 | ./h4 | ./dt"
# Whatever stands on lines of its own; of a table, a row.
LINES = ".//p[not(ancestor::tr)] | .//li | .//dt | .//dd | .//tr"
LINE_END = "\N{LINE SEPARATOR}"
# A stroke above a letter is no text.
NOISE = ".//a[contains(@class, 'headerlink')] | .//mover/mo[@accent='true']"


def sections(article: HtmlElement) -> list[dict[str, str]]:
    """Take an article apart into the places that a result can lead to, in their order.

    The text of each is without that of sections within it. Prose has a line for each paragraph, item
    or row.

    >>> article = lxml.html.fromstring(
    ...     "<article><section id='a'><h1>All</h1><p>One <b>t</b>wo.</p><p>Three.</p>"
    ...     "<section id='b'><h2>Code</h2><pre>1 +\\n1\\n</pre>"
    ...     "<p>of <math><mover><mi>x</mi><mo accent='true'>_</mo></mover></math>"
    ...     "</p></section></section></article>"
    ... )
    >>> for section in sections(article):
    ...     print(section)
    {'title': 'All', 'anchor': 'a', 'prose': 'One two.\\nThree.', 'code': ''}
    {'title': 'Code', 'anchor': 'b', 'prose': 'of x', 'code': '1 +\\n1'}
    """
    for noise in article.xpath(NOISE):
        noise.drop_tree()
    for formula in article.xpath(".//math"):
        text = "".join(formula.text_content().split())
        formula.clear(keep_tail=True)
        formula.text = text
    for line in article.xpath(LINES):
        line.tail = LINE_END + (line.tail or "")
    for definition in article.xpath(DEFINITIONS):
        definition[:0] = definition.xpath("preceding-sibling::dt")
    # In reverse document order, inner sections come before the outer one. `_take_out` removes each
    # from the tree, so that the outer section holds only its own text.
    innermost_first = reversed(article.xpath(SECTIONS))
    return [_take_out(element) for element in innermost_first][::-1]


def _take_out(element: HtmlElement) -> dict[str, str]:
    titles = element.xpath(TITLES)
    title = " · ".join(_text(each).strip(LINE_END) for each in titles)
    anchor = element.get("id", titles[0].get("id"))
    if "sig" in titles[0].classes:
        # A signature says more than a name: it is part of the text.
        title = anchor
        titles = []
    listings = list(element.iter("pre"))
    code = "\n".join(each.text_content().strip("\n") for each in listings)
    for taken in [*titles, *listings, element]:
        taken.drop_tree()
    lines = [" ".join(line.split()) for line in _text(element).split(LINE_END)]
    prose = "\n".join(filter(None, lines))
    return {
        "title": title,
        "anchor": anchor,
        "prose": prose,
        "code": spell_out(code),
    }


def _text(element: HtmlElement) -> str:
    return spell_out(str(element.text_content()))


def spell_out(text: str) -> str:
    """Expand characters whose NFKC form has several characters, such as ligatures.

    `fold` in search.js replaces each of the others by exactly one, so positions stay the same.

    >>> spell_out("ﬁt … ，１")
    'fit ... ，１'
    """
    return "".join(
        plain if len(plain := normalize("NFKC", letter)) > 1 else letter
        for letter in text
    )


def traditional(text: str) -> dict[str, str]:
    """Return the traditional forms of a text's characters, each with its simplified one.

    >>> traditional("训练循环")
    {'環': '环', '練': '练', '訓': '训'}
    """
    letters = [chr(code) for code in range(0x4E00, 0xA000)]
    plain = OpenCC("t2s").convert("\n".join(letters)).split("\n")
    pairs = zip(letters, plain, strict=True)
    return {old: new for old, new in pairs if old != new and new in text}


def switch_off_stock_search(app: Sphinx) -> None:
    """Keep Sphinx from making an index; conf.py names the page for the results."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def write_search_data(app: Sphinx, exception: Exception | None) -> None:
    """Write what `search.js` needs, with the pages in the order of the book."""
    builder = app.builder
    if exception or builder.name != "html":
        return
    assert isinstance(builder, StandaloneHTMLBuilder)
    docnames = list(app.env.collect_relations())
    if not all(builder.get_outfilename(name).exists() for name in docnames):
        # sphinx-build was given the names of a few files, and has written no others.
        return
    pages = []
    for docname in docnames:
        html = builder.get_outfilename(docname).read_text(encoding="utf-8")
        (article,) = lxml.html.fromstring(html).find_class("bd-article")
        pages.append((builder.get_target_uri(docname), sections(article)))
    stock = IndexBuilder(app.env, STEMMED, {}, "")
    script = (
        f"{stock.get_js_stemmer_code()}\n"
        f"const STOP_WORDS = new Set({_json(sorted(stock.lang.stopwords))});\n"
        f"const SIMPLIFIED = {_json(traditional(str(pages)))};\n"
        f"const PAGES = {_json(pages)};"
    )
    path = Path(app.outdir, "_static", "search-data.js")
    path.write_text(script, encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", switch_off_stock_search)
    app.connect("build-finished", write_search_data)
