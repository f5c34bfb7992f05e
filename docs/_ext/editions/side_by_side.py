"""Offer every page with the text of another edition beside its own.

All editions of a page are made from one source and differ only in the words of their blocks. So each
edition lists its blocks; when all are written, they are paired one by one, and each page gets a script
with the other edition's words, which a reader's browser loads on demand. It is a script because a
browser loads nothing else from a disk.
"""

import json
import re
from pathlib import Path

import lxml.html
from lxml.html import HtmlElement
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from nbpromises.execution.dependencies import digest_file

Blocks = list[tuple[str, str]]
# In the folder of doctrees.
FILE = "blocks.json"
SUFFIX = ".translation.js"
# The template hands it to side-by-side.js. Signatures are in no language, and the glossary gives each
# term in all.
BLOCKS = (
    ".//h1 | .//h2 | .//h3 | .//h4 | .//p | "
    ".//dt[not(contains(@class, 'sig')) and not(parent::*[contains(@class, 'glossary')])]"
)


def write_blocks(app: Sphinx, exception: Exception | None) -> None:
    """Write the blocks of all pages of an edition, for `write_translations`."""
    if exception or not app.config.editions_together:
        return
    builder = app.builder
    assert isinstance(builder, StandaloneHTMLBuilder)
    pages = {
        docname: page_blocks(
            builder.get_outfilename(docname).read_text(encoding="utf-8")
        )
        for docname in sorted(app.env.found_docs)
    }
    text = json.dumps(pages, ensure_ascii=False)
    Path(app.doctreedir, FILE).write_text(text, encoding="utf-8")


def page_blocks(html: str) -> Blocks:
    """List the blocks of a page: the tag of each, and its words as HTML.

    >>> page_blocks("<article class='bd-article'><h1>One</h1><p>Two <b>three</b></p></article>")
    [('h1', 'One'), ('p', 'Two <b>three</b>')]
    """
    (article,) = lxml.html.fromstring(html).find_class("bd-article")
    return [(block.tag, words(block)) for block in article.xpath(BLOCKS)]


def write_translations(editions: dict[Path, Path]) -> None:
    """Write a script for each page of each edition with the words of the edition beside it.

    `editions` maps the folder of an edition's pages to its folder of doctrees, the first edition
    first, which stands beside all others.
    """
    blocks = {
        folder: json.loads((doctrees / FILE).read_text(encoding="utf-8"))
        for folder, doctrees in editions.items()
    }
    first, *others = blocks
    beside = {first: others[0], **dict.fromkeys(others, first)}
    for folder, mine in blocks.items():
        theirs = blocks[beside[folder]]
        for page in sorted({*mine, *theirs}):
            if tags(mine.get(page, [])) != tags(theirs.get(page, [])):
                raise ValueError(
                    f"the editions of {page} have different blocks"
                )
            write_script(folder / page, mine[page], theirs[page])


def tags(blocks: Blocks) -> list[str]:
    """Return the tags of a page's blocks."""
    return [tag for tag, _ in blocks]


def write_script(page: Path, own: Blocks, other: Blocks) -> None:
    """Write the script beside a page, with null for blocks that say the same."""
    translations = [
        None if letters(mine) == letters(theirs) else theirs
        for (_, mine), (_, theirs) in zip(own, other, strict=True)
    ]
    detail = json.dumps(translations, ensure_ascii=False, indent=0)
    text = f'dispatchEvent(new CustomEvent("translation", {{ detail: {detail} }}));\n'
    script = page.with_name(page.name + SUFFIX)
    script.write_text(text, encoding="utf-8")
    # Past older scripts in the caches of readers.
    html = page.with_name(f"{page.name}.html")
    old = f'data-src="{script.name}'
    new = f"{old}?v={digest_file(script)[:8]}"
    words = html.read_text(encoding="utf-8").replace(old, new)
    html.write_text(words, encoding="utf-8")


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
