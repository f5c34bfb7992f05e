"""Tell the templates where each page is in the other editions.

The other editions are offered only if they are built together with this one; a preview of one
language has no dead links.
"""

from posixpath import dirname, join, relpath

from docutils import nodes
from sphinx.application import Sphinx

from .languages import own_edition


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
    own = own_edition(app.config)
    public = app.config.editions_address
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
        for edition in app.config.editions_table["editions"].values()
        if edition is own or app.config.editions_together
    ]


def tag_language(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Put the page's own language tag into the context, in the form that HTML wants."""
    context["language"] = own_edition(app.config)["tag"]
