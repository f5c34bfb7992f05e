"""A translated page is complete, or the build fails.

Sphinx shows the source text wherever a translation is missing, and keeps silent about it. Here,
every message of a page must have a translation that could be applied, and the page's catalogue
must hold nothing else: no fuzzy entry, no obsolete one.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class CheckCatalogue(SphinxTransform):
    """Compare a page's messages with the entries of its catalogue."""

    # Before Sphinx translates (at 20), while the messages are still the source's.
    default_priority = 15

    def apply(self, **kwargs: object) -> None:
        """Check one page."""
        if self.config.language == self.config.source_language:
            return
        path = self._catalogue()
        if not path.exists():
            logger.error(
                "no catalogue %s; run 'make catalogues'",
                path,
                location=self.env.docname,
            )
            return
        with path.open("rb") as file:
            catalogue = read_po(file)
        entries = {message.id: message for message in catalogue if message.id}

        used = set()
        for node, text in extract_messages(self.document):
            if _is_metadata(node):
                continue
            used.add(text)
            entry = entries.get(text)
            if entry is None or not entry.string:
                logger.error("not translated: %s", text, location=node)
                node["untranslated"] = True
        for text, entry in entries.items():
            if entry.fuzzy:
                logger.error(
                    "fuzzy: %s", text, location=f"{path}:{entry.lineno}"
                )
            if text not in used:
                logger.error(
                    "not on the page any more: %s",
                    text,
                    location=f"{path}:{entry.lineno}",
                )
        for text in catalogue.obsolete:
            logger.error("obsolete: %s", text, location=str(path))

    def _catalogue(self) -> Path:
        (locale_dir,) = self.config.locale_dirs
        return (
            Path(
                self.env.srcdir,
                locale_dir,
                self.config.language,
                "LC_MESSAGES",
                self.env.docname,
            )
        ).with_suffix(".po")


class CheckApplied(SphinxTransform):
    """Notice a translation that Sphinx could not apply, because its markup is another block's."""

    # After Sphinx has translated (at 20).
    default_priority = 26

    def apply(self, **kwargs: object) -> None:
        """Check one page."""
        if self.config.language == self.config.source_language:
            return
        for node in self.document.findall(nodes.Element):
            refused = node.get("translated") is False and not node.get(
                "untranslated"
            )
            if (
                refused
                and not isinstance(node, nodes.image)
                and not _is_metadata(node)
            ):
                logger.error(
                    "the translation was not applied: %s",
                    node.astext(),
                    location=node,
                )


def _is_metadata(node: nodes.Node) -> bool:
    """Tell whether a node belongs to the front matter, which no reader sees."""
    while node is not None and not isinstance(node, nodes.docinfo):
        node = node.parent
    return node is not None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_config_value("source_language", "en", "env", str)
    app.add_transform(CheckCatalogue)
    app.add_transform(CheckApplied)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
