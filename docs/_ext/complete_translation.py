"""A translated page is complete, or the build fails.

Sphinx shows the source text wherever a translation is missing, and keeps silent about it. Here,
every message of a page must have a translation that could be applied, and the page's catalogue
must hold nothing else: no fuzzy entry, no obsolete one, no other glued values than the source's.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages
from sphinx.util.typing import ExtensionMetadata

from numbers_in_prose import numbers

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
                location=(self.env.docname, 1),
            )
            return
        with path.open("rb") as file:
            catalogue = read_po(file)
        entries = {
            str(message.id): message for message in catalogue if message.id
        }
        # Headings such as "Parameters" come from Sphinx, translated already.
        own_words = {_(text): text for text in entries}

        used = set()
        for node, text in extract_messages(self.document):
            if _is_metadata(node):
                node["nothing_to_apply"] = True
                continue
            source = own_words.get(text, text)
            used.add(source)
            if source not in entries or not entries[source].string:
                logger.error("not translated: %s", text, location=node)
            elif isinstance(node, nodes.math_block) and text != str(
                entries[source].string
            ):
                # Sphinx would take it for text, and lose it.
                logger.error(
                    "a formula is the same in every language: %s",
                    text,
                    location=node,
                )
            if source != text or not entries.get(source):
                node["nothing_to_apply"] = True
        for text, entry in entries.items():
            place = f"{path}:{entry.lineno}"
            if entry.fuzzy:
                logger.error("fuzzy: %s", text, location=place)
            if glued(text) != glued(str(entry.string)):
                logger.error(
                    "the translation fills in other values: %s",
                    entry.string,
                    location=place,
                )
            if sorted(numbers(text)) != sorted(numbers(str(entry.string))):
                logger.error(
                    "the translation has other numbers: %s",
                    entry.string,
                    location=place,
                )
            if text not in used:
                logger.error(
                    "not on the page any more: %s", text, location=place
                )
        for text, entry in catalogue.obsolete.items():
            logger.error(
                "obsolete: %s", text, location=f"{path}:{entry.lineno}"
            )

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
        for node in self.document.findall(_is_refused):
            logger.error(
                "the translation was not applied: %s",
                node.astext(),
                location=node,
            )


def glued(text: str) -> list[str]:
    """List what a text fills in from the run.

    >>> glued("from {glue:text}`a.md::w:.2f` to {glue:text}`a.md::b:.2f`")
    ['a.md::b:.2f', 'a.md::w:.2f']
    """
    return sorted(re.findall(r"\{glue:[a-z]*\}`([^`]*)`", text))


def _is_refused(node: nodes.Node) -> bool:
    """Tell whether Sphinx had a translation to apply to a node and did not."""
    return (
        isinstance(node, nodes.Element)
        and node.get("translated") is False
        and not node.get("nothing_to_apply")
        # Sphinx leaves these without a mark also when all went well.
        and not isinstance(node, nodes.image | addnodes.translatable)
    )


def _is_metadata(node: nodes.Node) -> bool:
    """Tell whether a node belongs to the front matter, which no reader sees."""
    while node.parent and not isinstance(node.parent, nodes.document):
        node = node.parent
    return isinstance(node, nodes.field_list)


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
