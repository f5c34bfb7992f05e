"""A page's source, as all parts read it, and what is wrong with its characters and fences."""

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from docutils import nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

# The key of Sphinx's metadata of a page, which it forgets when it reads the page again.
TEXT = "nbpromises_text"

# Python takes some of them for line ends, and Markdown does not; others cannot be seen, are left by a wrong
# encoding, or have no meaning but that of one font.
STRANGE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069"
    "\ue000-\uf8ff\ufeff\ufffc\ufffd\U000f0000-\U0010ffff]"
)
FULL_WIDTH_FENCE = re.compile("｀{3}|`{3,} *｛")
CONFLICT = re.compile("(<{7}|[|]{7}|>{7}) ")
# Between its two sides, a merge leaves a line that Markdown takes for the underline of a heading.
SEPARATOR = "======="
LABEL = re.compile(r"\A(?:\(.+\)=\n)+")
UNRESOLVED = "a mark of a conflict: resolve it"
# A fence of other characters, as a Chinese keyboard types them, or of too few. In prose, these names may
# stand as inline code.
_BLOCK = r"\{(?:code-cell|expected-output|output-figure|forecast)\}"
NO_FENCE = re.compile(
    rf"\s*(?:([^\w\s`*:])\1+{_BLOCK}|``+{_BLOCK}[^`]*$"
    r"|:::+\{(?:code-cell|expected-output)\})"
)
CELL = re.compile(r"^\s*(`{3,}|~{3,})\{code-cell\}", re.MULTILINE)
# In scripts and in attributes, strings may hold what elsewhere begins a comment.
CLOSED = re.compile(
    r"""<!--(?:-?>|.*?-->)|<(script|style|textarea)\b.*?</\1>|=\s*(?:"[^"]*"|'[^']*')""",
    re.DOTALL | re.IGNORECASE,
)
NOT_CLOSED = "this HTML is not closed"
# HTML that goes on to the end of the page if it is not closed, as comments do.
ENDLESS = re.compile(r"\s*<(pre|script|style|textarea)\b", re.IGNORECASE)


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
            # As root, the new file would be root's. Others can only give it to their own groups.
            with suppress(PermissionError):
                shutil.chown(unfinished, path.stat().st_uid, path.stat().st_gid)
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
    return [token for token in _tokens(text) if token.type == "fence"]


def _tokens(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark").use(front_matter_plugin)
    return parser.use(dollarmath_plugin).parse(text)


def conflicts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the marks that a merge left, with the numbers of their lines.

    >>> list(conflicts("one\\n<<<<<<< HEAD\\n"))
    [(2, 'a mark of a conflict: resolve it')]
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if CONFLICT.match(line):
            yield number, UNRESOLVED


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
    yield from conflicts(text)
    tokens = _tokens(clean(text))
    for place, token in enumerate(tokens):
        first, end = token.map or (0, 0)
        if token.type == "heading_open" and token.markup == "=":
            # To this parser, the label of a heading is the first line of it.
            title = LABEL.sub("", tokens[place + 1].content)
            long = "\n" in title or len(title) > len(SEPARATOR)
            if lines[end - 1].strip() == SEPARATOR and long:
                yield end, f"{UNRESOLVED}, or underline the whole heading"
        elif token.type == "inline":
            for number, line in enumerate(token.content.split("\n"), first + 1):
                if line == SEPARATOR:
                    yield number, UNRESOLVED
                elif NO_FENCE.match(line):
                    yield (
                        number,
                        "not a fence: begin and end this block with ```",
                    )
        elif token.type == "html_block" and _is_endless(token.content):
            yield first + 1, NOT_CLOSED
        elif token.type == "html_block" and _hides_cell(token.content):
            yield (
                first + 1,
                "a cell stands within this HTML: put an empty line before it",
            )
        elif token.type.startswith("math_block") and CELL.search(token.content):
            yield first + 1, "a cell stands within this formula: close it"
        elif token.type == "fence":
            for fault in _fence_faults(token, lines[first:end]):
                yield first + 1, fault


def _fence_faults(token: Token, lines: list[str]) -> Iterator[str]:
    """Yield what is wrong in a fenced block of these lines."""
    info = token.info.strip()
    if info.startswith("{") and "}" not in info:
        yield f"{info} lacks its closing brace"
    # In a quote, ">" stands before it.
    closed = lines[-1].lstrip("> \t").startswith(token.markup)
    # A fence that closes nothing; of a promise, also one that is indented, short or shorter.
    inner = rf"^ {{0,3}}{token.markup}"
    if info.startswith("{expected-output}"):
        inner += rf"|^\s*({token.markup}|```\{{(code-cell|expected-output)\b)"
        if token.markup == "```":
            inner += r"|^\s*``\s*$"
    if re.search(inner, token.content, re.MULTILINE):
        yield "another block begins in this block: it is not closed"
    elif not closed or len(lines) == 1:
        yield "this block is not closed"


def _is_endless(html: str) -> bool:
    """Return whether a block of HTML began something that it does not end."""
    html = CLOSED.sub("", html)
    begin = ENDLESS.match(html)
    return "<!--" in html or bool(
        begin and f"</{begin[1].lower()}>" not in html.lower()
    )


def _hides_cell(html: str) -> bool:
    """Return whether HTML that is no comment has a code cell in it, which would not be executed."""
    return not html.lstrip().startswith("<!--") and bool(CELL.search(html))


def lone_returns(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file in which a carriage return stands that ends no line.

    Python reads it as the end of one; Markdown and editors do not.
    """
    content = path.read_bytes()
    for match in re.finditer(rb"\r(?!\n)", content):
        number = content.count(b"\n", 0, match.start()) + 1
        yield number, "a carriage return within the line: remove it"


def digest(text: str) -> str:
    """Return a digest of a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def report_faults(app: Sphinx, docname: str, source: list[str]) -> None:
    """Report what is wrong in the source of a page, and let Sphinx read it without."""
    path = Path(app.env.doc2path(docname))
    checks = [conflicts(source[0])]
    if path.suffix == ".md":
        checks = [lone_returns(path), faults(source[0])]
    for line, fault in chain(*checks):
        logger.error(fault, location=(docname, line))
    app.env.metadata[docname][TEXT] = digest(source[0])
    source[0] = clean(source[0])


def report_faults_within(app: Sphinx, doctree: nodes.document) -> None:
    """Report what is wrong in the files of the project that a page includes, and in HTML within other blocks."""
    page = Path(app.env.doc2path(app.env.docname))
    offered = {Path(app.srcdir, name) for name in app.env.dlfiles}
    names = app.env.dependencies[app.env.docname]
    parsed = _parsed_files(doctree) if page.suffix == ".md" else set()
    for path in sorted({Path(app.srcdir, name) for name in names} - offered):
        is_text = path.is_file() and path.suffix != ".mo"
        if is_text and path.is_relative_to(app.confdir):
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            is_markdown = path.suffix == ".md" and path.resolve() in parsed
            check = faults if is_markdown else conflicts
            for line, fault in check(text):
                logger.error(fault, location=f"{path.resolve()}:{line}")
    endless = [
        html
        for html in doctree.findall(nodes.raw)
        # Tags within a sentence are a node each.
        if "html" in html["format"]
        and not isinstance(html.parent, nodes.TextElement)
        and _is_endless(html.astext())
    ]
    known = (
        {line for line, _ in faults(read_source(page))} if endless else set()
    )
    for html in endless:
        if Path(html.source or "") != page or html.line not in known:
            logger.error(NOT_CLOSED, location=html)


def _parsed_files(doctree: nodes.document) -> set[Path]:
    """Return the files whose Markdown is on a page, without those that it shows as they are."""
    return {
        Path(node.source).resolve()
        for node in doctree.findall(nodes.Element)
        # Only those that show a file have it among their attributes.
        if node.source and not node.get("source")
    }
