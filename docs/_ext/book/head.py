"""Describe each page to search engines, and to those with whom a reader shares it.

The description is the page's first paragraph, so it is translated, and true, when the page is.
"""

from docutils import nodes
from sphinx.application import Sphinx

# As much as search engines show.
LENGTH = 160


def describe(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Give the description to the template; a page without words is described by the title."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else []
    words = [each.astext() for each in paragraphs] or [app.config.html_title]
    context["description"] = shortened(" ".join(words[0].split()))


def shortened(text: str) -> str:
    """Cut a text at the end of a word, if it is too long.

    >>> shortened("short")
    'short'
    >>> shortened("word " * 100)[-12:]
    ' word word …'
    """
    if len(text) <= LENGTH:
        return text
    return text[: LENGTH - 2].rpartition(" ")[0] + " …"


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", describe)
