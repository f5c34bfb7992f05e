"""Let what was translated belong to its page, so that a page is kept without all that Sphinx knows.

Sphinx parses each translation as a document of its own. The nodes that it takes over go on to name
that document, and the document its settings, and these the environment of the whole build, which
would be written with every page, and read again with it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def adopt(app: Sphinx, doctree: nodes.document) -> None:
    """Let every node of a page name the page as its document."""
    for node in doctree.findall():
        node.document = doctree


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.connect("doctree-read", adopt)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
