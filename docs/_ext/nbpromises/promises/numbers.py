"""Check the numbers in sentences: each comes from the run, or is a known constant.

A result that is typed into prose, a caption or the description of a figure is a number that no build
checks. With the setting `nbpromises_constants`, every number there must be glued from the run, or be
a key of that setting, whose value is the reason why it may be typed. In formulas and in code, integers
are notation; the rule holds for decimal numbers there, unless the code runs or is included from a
module. The answers of a forecast are no results: their numbers may be typed there and in its question.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from ..order import CHECK_NUMBERS
from .compare import in_ascii
from .forecasts import offered

logger = logging.getLogger(__name__)

# Not within a name, as in "float32"; but with a unit behind it, as in "2.5ms".
_NUMBER = re.compile(
    r"(?:(?<![A-Za-z0-9_.)\]])-)?(?<![A-Za-z0-9_.])(?:[0-9]+(?:\.[0-9]+)*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
# Up to the last digit, because of plurals.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*[0-9]")
_ADDRESS = re.compile(r"https?://[^\s)>]+")

REMEDY = "is typed: glue it from the run, or give it a reason in nbpromises_constants"
NEVER_PROSE = nodes.comment | addnodes.desc_signature
# The class of a value of the same page, which MyST-NB glues while it reads: `{glue:text}`name``.
GLUED = "pasted-text"
# Attributes that screen readers read, or that browsers show: under the pointer, above a table of
# contents.
SEEN = ("alt", "reftitle", "content", "explanation", "caption")


def numbers(text: str) -> list[str]:
    """List the numbers of a text, in ASCII digits; those within names do not count.

    >>> numbers("float32 at 0.1, １０ epochs; 第3步, 2.5ms, .75")
    ['0.1', '10', '3', '2.5', '.75']
    """
    return [number.removeprefix("-") for number in signed_numbers(text)]


def signed_numbers(text: str) -> list[str]:
    """List the numbers of a text with their minus signs; the hyphen of a range is none.

    >>> signed_numbers("from -2 to \N{MINUS SIGN}1.5, 3-4 steps, x-1")
    ['-2', '-1.5', '3', '4', '1']
    """
    return _NUMBER.findall(in_ascii(text).replace("\N{MINUS SIGN}", "-"))


def names_with_numbers(text: str) -> set[str]:
    """Return the names of a text that have a number within, such as versions; addresses do not count.

    >>> sorted(names_with_numbers("L2 in float32, v2.16; 3-D"))
    ['L2', 'float32', 'v2.16']
    """
    return set(_NAME.findall(_ADDRESS.sub("", in_ascii(text))))


def typed_numbers(
    element: nodes.Element,
) -> Iterator[tuple[nodes.Element, str]]:
    """Yield the numbers that a page's authors typed, with the nodes that hold them."""
    notation = isinstance(
        element,
        nodes.literal | nodes.math | nodes.FixedTextElement,
    )
    words = [
        child for child in element.children if isinstance(child, nodes.Text)
    ]
    for text in [*[element.get(name) or "" for name in SEEN], *words]:
        for number in numbers(text):
            if not (notation and number.isdigit()):
                yield element, number
    for child in element.children:
        if isinstance(child, nodes.Element) and not (
            _is_code(child) or GLUED in child["classes"]
        ):
            yield from typed_numbers(child)


def _is_code(element: nodes.Element) -> bool:
    """Return whether an element runs, is tested or is not shown.

    That is a cell, a signature, an included file, the example of a docstring, the front matter.
    """
    if isinstance(element, nodes.literal_block):
        return str(element.get("source", "")).endswith(".py")
    if isinstance(element, nodes.doctest_block):
        return ".py:docstring of " in str(element.source)
    if isinstance(element, nodes.field_list):
        return isinstance(element.parent, nodes.document)
    return "nb_element" in element or isinstance(element, NEVER_PROSE)


class CheckNumbers(SphinxTransform):
    """Report the numbers of a page that no build checks."""

    default_priority = CHECK_NUMBERS

    def apply(self, **kwargs: object) -> None:
        constants = self.config.nbpromises_constants
        if constants is None:
            return
        for node, number in typed_numbers(self.document):
            known = number in constants or number in numbers(offered(node))
            if not known:
                logger.error(f"the number {number} {REMEDY}", location=node)
