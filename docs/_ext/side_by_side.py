"""Offer every page with the other language's text beside its own.

Both editions of a page are made from one source and differ in the words of their blocks alone: the
catalogues put a translation in the place of each. So each edition lists its blocks, and when both
are written, these are paired one by one, and each page gets a script with the other edition's
words, which a reader's browser loads on demand. It is a script because nothing else can be loaded
from a disk.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from posixpath import basename

import lxml.html
from docutils import nodes
from lxml.html import HtmlElement
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from memoized import memoized

# Beside what Sphinx has read.
FILE = "blocks.json"
SUFFIX = ".translation.js"
# What side-by-side.js selects as well. Signatures are no language's, and the glossary gives each
# term in both.
BLOCKS = (
    ".//h1 | .//h2 | .//h3 | .//h4 | .//p | "
    ".//dt[not(contains(@class, 'sig')) and not(parent::*[contains(@class, 'glossary')])]"
)


def list_blocks(app: Sphinx, exception: Exception | None) -> None:
    """List the blocks of all pages of an edition, for those who pair them."""
    if exception or app.builder.name != "html":
        return
    pages = {
        docname: memoized(
            app,
            page_blocks,
            app.builder.get_outfilename(docname).read_text(encoding="utf-8"),
        )
        for docname in sorted(app.env.found_docs)
    }
    text = json.dumps(pages, ensure_ascii=False)
    Path(app.doctreedir, FILE).write_text(text, encoding="utf-8")


def page_blocks(html: str) -> list[dict[str, str]]:
    """List the blocks of a page: the tag of each, and its words as HTML.

    >>> page_blocks("<article class='bd-article'><h1>One</h1><p>Two <b>three</b></p></article>")
    [{'tag': 'h1', 'words': 'One'}, {'tag': 'p', 'words': 'Two <b>three</b>'}]
    """
    (article,) = lxml.html.fromstring(html).find_class("bd-article")
    return [
        {"tag": block.tag, "words": words(block)}
        for block in article.xpath(BLOCKS)
    ]


def write_translations(editions: dict[Path, Path]) -> None:
    """Write a script for each page of two editions that has the other's words.

    `editions` has, by the folder of an edition's pages, the folder of what Sphinx has read for it.
    """
    one, other = editions
    mine, theirs = (
        json.loads((folder / FILE).read_text(encoding="utf-8"))
        for folder in editions.values()
    )
    for page in sorted({*mine, *theirs}):
        if tags(mine.get(page)) != tags(theirs.get(page)):
            raise ValueError(f"the editions of {page} have different blocks")
        write_script(one / page, mine[page], theirs[page])
        write_script(other / page, theirs[page], mine[page])


def tags(blocks: list[dict[str, str]] | None) -> list[str] | None:
    """Tell what kinds of blocks a page has; a page that is not there has none at all."""
    return blocks and [block["tag"] for block in blocks]


def write_script(
    page: Path, own: list[dict[str, str]], other: list[dict[str, str]]
) -> None:
    """Write the script beside a page; it has nothing for blocks that say the same."""
    translations = [
        None
        if letters(mine["words"]) == letters(theirs["words"])
        else theirs["words"]
        for mine, theirs in zip(own, other, strict=True)
    ]
    detail = json.dumps(translations, ensure_ascii=False, indent=0)
    page.with_name(page.name + SUFFIX).write_text(
        f'dispatchEvent(new CustomEvent("translation", {{ detail: {detail} }}));\n',
        encoding="utf-8",
    )


def words(block: HtmlElement) -> str:
    """Return what stands in a block, as HTML that may stand a second time on the page.

    >>> words(lxml.html.fromstring('<h2 id="a">One <em id="b">batch</em><a class="headerlink">#</a></h2>'))
    'One <em>batch</em>'
    """
    for element in block.xpath(".//a[contains(@class, 'headerlink')]"):
        element.drop_tree()
    for element in block.xpath(".//*[@id]"):
        del element.attrib["id"]
    return (block.text or "") + "".join(
        lxml.html.tostring(child, encoding="unicode") for child in block
    )


def letters(text: str) -> str:
    """Drop the punctuation, in which a mere list of names differs between languages.

    >>> letters("W, b.") == letters("W、b。")
    True
    """
    return re.sub(r"\W", "", text)


def offer(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Tell the template of the button which script to load, on pages that have one."""
    (other,) = [
        edition
        for language, edition in app.config.editions.items()
        if language != app.config.language
    ]
    context["translation"] = doctree and {
        "src": basename(pagename) + SUFFIX,
        "tag": other["tag"],
    }


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("memoized")
    app.connect("html-page-context", offer)
    app.connect("build-finished", list_blocks)
    app.add_js_file("side-by-side.js", loading_method="defer")
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
