"""The font of the formulas: which characters they need of it, and which it has."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONT = Path(__file__).parent / "static" / "stix-two-math.woff2"

FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
ALONE = re.compile(r"<mi\b(?![^>]*normal)[^>]*>(.)</mi>")
TAG = re.compile(r"<[^>]*>")
# A browser draws a letter that stands alone in `<mi>` with the italic one of these, if it is not "normal".
ITALIC = {
    chr(int(unicodedata.decomposition(chr(code)).split()[1], 16)): chr(code)
    for code in [*range(0x1D434, 0x1D467 + 1), *range(0x1D6E2, 0x1D71B + 1)]
    # Where the italic h would be, there is nothing: it is the older constant of Planck.
    if unicodedata.decomposition(chr(code))
} | {"h": "\N{PLANCK CONSTANT}"}
# Browsers take it from the font for each `<msqrt>` and `<mroot>`.
ROOT = "\N{SQUARE ROOT}"


def drawn_characters(page: str) -> set[str]:
    """Return the characters that a browser may draw for the formulas of a page.

    >>> "".join(sorted(drawn_characters("a <math><mi>b</mi> <mo>&lt;</mo></math>")))
    '<√𝑏'
    """
    formulas = "".join(FORMULA.findall(page))
    formulas = ALONE.sub(lambda mi: ITALIC.get(mi[1], mi[1]), formulas)
    # White space, and signs that only say how to read a formula, are not drawn.
    return {ROOT} | {
        each
        for each in html.unescape(TAG.sub("", formulas))
        if not each.isspace() and unicodedata.category(each) != "Cf"
    }


@cache
def characters_of_font() -> frozenset[str]:
    """Return the characters that the font has."""
    with TTFont(FONT) as font:
        return frozenset(map(chr, font.getBestCmap()))
