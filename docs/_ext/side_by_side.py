"""Offer every page with the other language's text beside its own.

Both editions of a page are made from one source and differ in the words of their blocks alone: the
catalogues put a translation in the place of each. So when both are written, their blocks are paired
one by one, and each page gets a script with the other edition's words, which a reader's browser
loads on demand. It is a script because nothing else can be loaded from a disk.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from posixpath import basename
from typing import NamedTuple

import lxml.html
from docutils import nodes
from lxml.html import HtmlElement
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

SUFFIX = ".translation.js"
# What side-by-side.js selects as well. Signatures are no language's, and the glossary gives each
# term in both.
BLOCKS = (
    ".//h1 | .//h2 | .//h3 | .//h4 | .//p | "
    ".//dt[not(contains(@class, 'sig')) and not(parent::*[contains(@class, 'glossary')])]"
)


class Block(NamedTuple):
    """A block of a page: its tag, and its words as HTML."""

    tag: str
    words: str


def write_translations(one: Path, other: Path) -> None:
    """Write a script for each page of two editions that has the other's words."""
    for path in sorted(one.rglob("*.html")):
        page = path.relative_to(one)
        mine, theirs = blocks(path), blocks(other / page)
        if [block.tag for block in mine] != [block.tag for block in theirs]:
            raise ValueError(f"the editions of {page} have different blocks")
        if mine:
            write_script(path, mine, theirs)
            write_script(other / page, theirs, mine)


def write_script(page: Path, own: list[Block], other: list[Block]) -> None:
    """Write the script beside a page; it has nothing for blocks that say the same."""
    translations = [
        None if letters(mine.words) == letters(theirs.words) else theirs.words
        for mine, theirs in zip(own, other, strict=True)
    ]
    detail = json.dumps(translations, ensure_ascii=False, indent=0)
    page.with_suffix(SUFFIX).write_text(
        f'dispatchEvent(new CustomEvent("translation", {{ detail: {detail} }}));\n',
        encoding="utf-8",
    )


def blocks(path: Path) -> list[Block]:
    """List the blocks of a page; one that is no document has none."""
    page = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    return [
        Block(block.tag, words(block))
        for article in page.find_class("bd-article")
        for block in article.xpath(BLOCKS)
    ]


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
    app.connect("html-page-context", offer)
    app.add_js_file("side-by-side.js", loading_method="defer")
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
