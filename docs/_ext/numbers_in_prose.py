"""A number in a sentence comes from the run, or is a known constant.

Whoever types a result into prose, a caption or the description of a figure has made a number that no
build will ever check. So every number there must be glued from the run, or be listed in the
configuration value `constants_in_prose`, which maps it to the reason why it may be typed. In formulas
and in code, integers are notation; decimal numbers are held to the rule there too, unless the code is
one that runs or is included from a module.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

# Not within a name, as in "float32"; but with a unit behind it, as in "2.5ms".
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?:[0-9]+(?:\.[0-9]+)*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)


# Attributes that are read aloud or shown under the pointer.
SEEN = ("alt", "reftitle", "content")


def numbers(text: str) -> list[str]:
    """List the numbers of a text, in ASCII digits; those within names do not count.

    >>> numbers("float32 at 0.1, １０ epochs; 第3步, 2.5ms, .75")
    ['0.1', '10', '3', '2.5', '.75']
    """
    return _NUMBER.findall(unicodedata.normalize("NFKC", text))


def typed_numbers(
    element: nodes.Element,
) -> Iterator[tuple[nodes.Element, str]]:
    """Find the numbers that a page's authors typed, with the nodes that hold them."""
    notation = isinstance(
        element,
        nodes.literal | nodes.literal_block | nodes.math | nodes.math_block,
    )
    texts = [element.get(name, "") for name in SEEN] + [
        child for child in element.children if isinstance(child, nodes.Text)
    ]
    for number in (number for text in texts for number in numbers(text)):
        if not (notation and number.isdigit()):
            yield element, number
    for child in element.children:
        if isinstance(child, nodes.Element) and not _is_code(child):
            yield from typed_numbers(child)


def _is_code(element: nodes.Element) -> bool:
    """Tell whether an element runs or is tested: a cell, an example, a signature, an included file."""
    return (
        isinstance(
            element,
            nodes.doctest_block | nodes.comment | addnodes.desc_signature,
        )
        or "nb_element" in element
        or (
            isinstance(element, nodes.literal_block)
            and str(element.get("source", "")).endswith(".py")
        )
    )


class CheckNumbers(SphinxTransform):
    """Report the numbers of a page that no build checks."""

    # After Sphinx has translated (at 20), before pictures are placed (at 30).
    default_priority = 27

    def apply(self, **kwargs: object) -> None:
        """Check one page."""
        for node, number in typed_numbers(self.document):
            if number not in self.config.constants_in_prose:
                logger.error(
                    "the number %s is typed: glue it from the run, or give it a reason "
                    "in constants_in_prose",
                    number,
                    location=node,
                )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_config_value("constants_in_prose", {}, "env", dict)
    app.add_transform(CheckNumbers)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
