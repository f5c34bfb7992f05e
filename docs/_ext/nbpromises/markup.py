"""Markup of Markdown that was not recognized, and that a page would show as it is typed."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

BLANKS = "\u00a0\u2002-\u200a\u3000"
# In the order of the alternatives: a role apart from its text, as in "{ref} `label`", or with other quotes; a
# backtick; bold text that begins or ends with a blank or a mark; a link apart from its address; a heading, an
# item of a list, and the ruler of a table with characters of another width; what GitHub strikes through, or shows
# as a box to tick.
LEFT_OVER = re.compile(
    r"\{[A-Za-z][\w:-]*\}\s*[`｀‘’“”]|[`｀]|(?<![\w)\]*])\*\*(?!\*)|\*\*(?![\w(\[*])"
    r"|\]\s*[(（](?=https?:|\.{0,2}/|#|[\w./-]+\.(?:md|html|ipynb)\b)"
    rf"|^(?:#{{1,6}}(?=[{BLANKS}])|#{{2,6}}(?=\w)|＃+)|^[-*+](?=[{BLANKS}])"
    r"|^[|｜][ :]*[-—–－]+[ :]*[|｜]|~~(?=\S[^~\n]*~~)|\A\[[ xX]\](?=\s)",
    re.MULTILINE,
)
MARKDOWN = {".md", ".ipynb"}
CODE = nodes.literal | nodes.math | nodes.raw


def left_over(text: str) -> str:
    """Return the first piece of markup that was left over in the text of a paragraph, or "".

    >>> left_over("see {ref} `label`"), left_over("2**3 of [0, 1] (all)")
    ('{ref} `', '')
    """
    found = LEFT_OVER.search(text)
    return found[0] if found else ""


def report_left_over(app: Sphinx, doctree: nodes.document) -> None:
    """Report the paragraphs, headings and other texts of a page in Markdown with such markup."""
    if Path(app.env.doc2path(app.env.docname)).suffix not in MARKDOWN:
        return
    for node in doctree.findall(nodes.TextElement):
        is_code = isinstance(node, nodes.FixedTextElement | nodes.Invisible)
        if is_code or isinstance(node.parent, nodes.TextElement):
            continue
        if markup := left_over("".join(_shown(node))):
            message = f"left-over markup, which readers would see: {markup}"
            logger.error(message, location=node)


def _shown(node: nodes.Node) -> Iterator[str]:
    """Yield the text of a node; code and formulas count as one character."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield str(child)
        elif isinstance(child, CODE):
            # A role without its text stands before what was to be in it.
            yield "\N{LEFT SINGLE QUOTATION MARK}"
        else:
            yield from _shown(child)
