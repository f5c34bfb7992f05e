"""A page's source, as all parts read it, and what is wrong with its characters and fences."""

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

# The key of Sphinx's metadata of a page, which it forgets when it reads the page again.
TEXT = "nbpromises_text"

# Python takes some of them for line ends, and Markdown does not; the others cannot be seen.
STRANGE = re.compile(
    "[\x00\x0b\x0c\x1c-\x1e\x85\xad\u200b\u2028\u2029\u2060\ufeff]"
)
FULL_WIDTH_FENCE = re.compile("｀{3}|`{3,} *｛")


def read_source(path: Path) -> str:
    """Return the text of a page, with "\\n" at the ends of lines, and without strange characters."""
    return clean(path.read_text(encoding="utf-8-sig"))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file, which keeps what it holds if that fails, as on a full disk.

    Raises:
        OSError: If the file may not be written, or there is no space.
    """
    path = path.resolve()
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        if path.exists():
            # Of a file that may not be written, only the folder could be.
            path.open("r+b").close()
            shutil.copymode(path, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def clean(text: str) -> str:
    """Replace strange characters by spaces.

    >>> clean("one\\u2028line")
    'one line'
    """
    return STRANGE.sub(" ", text)


def name_strange(text: str) -> str:
    """Name the first strange character of a text, or return "".

    >>> name_strange("one\\u2028line")
    'U+2028 (LINE SEPARATOR)'
    """
    found = STRANGE.search(text)
    if not found:
        return ""
    name = unicodedata.name(found[0], "a control character")
    return f"U+{ord(found[0]):04X} ({name})"


def top_level_fences(text: str) -> list[Token]:
    """Return the fenced blocks at the top level of a page."""
    tokens = MarkdownIt("commonmark").use(front_matter_plugin).parse(text)
    return [token for token in tokens if token.type == "fence"]


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong in a page's characters and fences, with the numbers of the lines.

    >>> list(faults("one\\u2028line\\n\\n```{code-cell\\n1\\n"))
    [(1, 'U+2028 (LINE SEPARATOR): remove it'), (3, '{code-cell lacks its closing brace'), (3, 'this block is not closed')]
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if name := name_strange(line):
            yield number, f"{name}: remove it"
        if FULL_WIDTH_FENCE.match(line):
            yield number, "this fence has full-width characters"
    for token in top_level_fences(clean(text)):
        first, end = token.map or (0, 0)
        if token.info.startswith("{") and "}" not in token.info:
            yield first + 1, f"{token.info} lacks its closing brace"
        if f"\n{token.markup}{{" in f"\n{token.content}":
            yield (
                first + 1,
                "another block begins in this block: it is not closed",
            )
        elif (
            # In a quote, ">" stands before it.
            not lines[end - 1].lstrip("> \t").startswith(token.markup)
            or end == first + 1
        ):
            yield first + 1, "this block is not closed"


def digest(text: str) -> str:
    """Return a digest of a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def report_faults(app: Sphinx, docname: str, source: list[str]) -> None:
    """Report what is wrong in the source of a page, and let Sphinx read it without."""
    is_markdown = app.env.doc2path(docname).suffix == ".md"
    for line, fault in faults(source[0]) if is_markdown else ():
        logger.error(fault, location=(docname, line))
    app.env.metadata[docname][TEXT] = digest(source[0])
    source[0] = clean(source[0])
