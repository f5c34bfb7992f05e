"""The book as single files, to take along: EPUB, PDF, and a zip of the site; see README.md."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import ReferenceRole

from editions.languages import Edition, own_edition

from .epub import EpubEdition, make_still

# Beside the folders of the editions, in what is published.
FOLDER = "offline"
SUFFIXES = "epub", "pdf", "zip"


def file_name(project: str, suffix: str, edition: Edition) -> str:
    """Return the name of a file to take along; the zip has all editions."""
    of_edition = "" if suffix == "zip" else f"-{edition['folder']}"
    return f"{project}{of_edition}.{suffix}"


class OfflineRole(ReferenceRole):
    """A link from the home page to a file to take along: {offline}`its text <pdf>`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if self.target not in SUFFIXES:
            expected = ", ".join(SUFFIXES)
            message = (
                f"the target must be one of {expected}, but is {self.target!r}"
            )
            error = self.inliner.reporter.error(message, line=self.lineno)
            return [], [error]
        edition = own_edition(self.config)
        name = file_name(self.config.project, self.target, edition)
        address = f"../{FOLDER}/{name}"
        link = nodes.reference("", self.title, refuri=address, internal=True)
        return [link], []


def tell_pages(app: Sphinx, config: Config) -> None:
    """Let pages show what stands in `{only} offline`, if the files are published with the site."""
    if config.book_offline and config.editions_address:
        app.tags.add("offline")


def setup(app: Sphinx) -> None:
    app.add_config_value("book_offline", "", "html", str)
    app.add_role("offline", OfflineRole())
    app.add_builder(EpubEdition, override=True)
    app.connect("config-inited", tell_pages)
    app.connect("html-page-context", make_still)
