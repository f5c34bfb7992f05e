"""The words in a drawing, an SVG file in which text is text, as matplotlib's `svg.fonttype: none` writes it."""

import re
from collections.abc import Mapping
from html import escape, unescape

TEXT = re.compile(r"(<text\b[^>]*>)([^<>]+)(</text>)")
# matplotlib draws a text with a formula letter by letter, below a comment that has its source.
COMMENT = re.compile(r"<!-- (.*?) -->", re.DOTALL)
FORMULA = re.compile(r"(?<!\\)\$.*?(?<!\\)\$", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
# A number with its unit, as at the ticks of an axis.
QUANTITY = re.compile(r"[\d.,+\N{MINUS SIGN}-]+ ?[^\W\d_]{1,2}")


def drawn_words(svg: str) -> list[str]:
    """List the texts of a drawing with a word of at least two letters, in order.

    >>> drawn_words("<svg><text x='1'>loss</text><text>W</text><text>1.2 ms</text></svg>")
    ['loss']
    """
    texts = [unescape(text) for _, text, _ in TEXT.findall(svg)]
    words = [
        text
        for text in texts
        if WORD.search(text) and not QUANTITY.fullmatch(text)
    ]
    return list(dict.fromkeys(words))


def words_beside_formulas(svg: str) -> list[str]:
    """List the texts of a drawing that have both words and a formula, which cannot be translated.

    >>> words_beside_formulas("<svg><!-- loss $L$ --><!-- $ab$ --><!-- by me --></svg>")
    ['loss $L$']
    """
    return [
        unescape(text)
        for text in COMMENT.findall(svg)
        if FORMULA.search(text) and WORD.search(FORMULA.sub(" ", text))
    ]


def translate_drawing(
    svg: str, translations: Mapping[str, str], language: str
) -> str:
    """Replace the texts of a drawing by their translations, and name their language for its fonts.

    >>> translate_drawing("<svg><text>loss</text></svg>", {"loss": "损失"}, "zh")
    '<svg xml:lang="zh"><text>损失</text></svg>'
    """

    def translated(match: re.Match[str]) -> str:
        before, text, after = match.groups()
        words = translations.get(unescape(text))
        return match[0] if words is None else before + escape(words) + after

    svg = re.sub(r"<svg\b", f'<svg xml:lang="{language}"', svg, count=1)
    return TEXT.sub(translated, svg)
