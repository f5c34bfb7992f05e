"""Tell the templates where each page stands in the other languages.

The configuration value `editions` maps each language, as Sphinx writes it, to the folder in which
that edition is published, its tag as HTML writes it, and the name that its readers call it by.
`public_address` is where all editions are published, empty as long as that is not known.
"""

from __future__ import annotations

from posixpath import dirname, join, relpath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def address(
    pagename: str, folder: str, from_page: str, from_folder: str
) -> str:
    """Return the relative address of a page from a page in another edition.

    >>> address("tutorial/data", "zh-cn", "tutorial/data", "en")
    '../../zh-cn/tutorial/data.html'
    """
    return relpath(
        join(folder, f"{pagename}.html"), dirname(join(from_folder, from_page))
    )


def add_editions(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Put the page's address in each edition into the context."""
    editions = app.config.editions
    own = editions[app.config.language]
    public = app.config.public_address
    context["editions"] = [
        {
            **edition,
            "current": edition is own,
            "href": address(
                pagename, edition["folder"], pagename, own["folder"]
            ),
            "canonical": f"{public}{edition['folder']}/{pagename}.html"
            if public
            else None,
        }
        for edition in editions.values()
    ]


def tag_language(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Put the page's own language tag into the context, in the form that HTML wants."""
    context["language"] = app.config.editions[app.config.language]["tag"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_config_value("editions", {}, "html", dict)
    app.add_config_value("public_address", "", "html", str)
    # Before the theme looks which of its parts have something to show,
    app.connect("html-page-context", add_editions, priority=100)
    # and after it has written its own form of the language tag.
    app.connect("html-page-context", tag_language, priority=900)
    app.add_js_file("language-switch.js", loading_method="defer")
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
