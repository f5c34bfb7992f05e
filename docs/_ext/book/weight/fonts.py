"""Replace the fonts of the style sheet by fonts of the characters that are used."""

import logging
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.errors import ThemeError

ICON_FONT = re.compile(r'url\("([^":]*/fa-[\w-]+\.woff2)"\)')
FORMULA_FONT = re.compile(r'url\("(stix-two-math\.woff2)"\)')
# Letters for private use stand for icons.
ICON = re.compile(r"[\ue000-\uf8ff]")

# It logs every step at INFO, which a11y_pygments, imported by the theme, has shown.
logging.getLogger(subset.__name__).setLevel(logging.WARNING)


def with_small_icon_fonts(css: str, folder: Path) -> str:
    """Return a style sheet in `folder` with subsets of its icon fonts as data URIs.

    The same style sheet, in which no letter is escaped, gives the same bytes.
    """
    icons = set(ICON.findall(css))
    available: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        font = open_font(folder / match[1])
        available.update(map(chr, font.getBestCmap()))
        return small_font(font, icons)

    css = ICON_FONT.sub(replacement, css)
    if missing := icons - available:
        raise ThemeError(f"no icon font of the theme has {sorted(missing)!a}")
    return css


def with_small_formula_font(
    css: str, folder: Path, characters: set[str]
) -> str:
    """Return a style sheet in `folder` with the font of its formulas as a data URI.

    As a file, Firefox would refuse it to pages that are read from disk.
    """
    return FORMULA_FONT.sub(
        lambda match: small_font(open_font(folder / match[1]), characters), css
    )


def open_font(path: Path) -> TTFont:
    """Open a font that is saved with the same bytes every time, also without a new date."""
    return TTFont(path, recalcTimestamp=False)


def small_font(font: TTFont, characters: set[str]) -> str:
    """Return as `url()` what of a font is needed to draw characters, in all their sizes."""
    options = subset.Options(flavor="woff2")
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    file = BytesIO()
    subset.save_font(font, file, options)
    data = b64encode(file.getvalue()).decode()
    return f'url("data:font/woff2;base64,{data}")'
