"""Make a font of those icons alone that style sheets and scripts may show.

The theme's style sheet shows some icons as letters, before an admonition's title say, and would
load a font of all icons there are. A font of a few is small enough to be part of the style sheet.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path

from icons import Icon

# The area that an icon is drawn on reaches from an eighth of its height below the line upwards.
HEIGHT, ASCENT = 512, 448
# What has no meaning outside of a font.
FIRST_PRIVATE = "\ue000"
ESCAPED = re.compile(r"\\([0-9a-f]{4,5})(?![0-9a-f])", re.IGNORECASE)
FONT = re.compile(r'url\("?[^")]*/(?P<style>fa-[a-z]+)-\d+\.woff2"?\)')


def with_small_icon_fonts(css: str, styles: dict[str, dict[str, Icon]]) -> str:
    """Put a font of the icons that a style sheet names in the place of each font of all icons."""
    named = _letters_in(css)

    def small_font(match: re.Match[str]) -> str:
        icons = {
            icon.letter: icon
            for icon in styles[match["style"]].values()
            if icon.letter in named
        }
        font = b64encode(icon_font(icons.values())).decode()
        return f'url("data:font/woff;base64,{font}")'

    return FONT.sub(small_font, css)


def _letters_in(css: str) -> set[str]:
    """List the letters that may mean an icon; a digit hardly does."""
    escaped = {chr(int(code, 16)) for code in ESCAPED.findall(css)}
    return {letter for letter in escaped.union(css) if letter >= FIRST_PRIVATE}


def icon_font(icons: Iterable[Icon]) -> bytes:
    """Make a font, in the format WOFF."""
    letters = {f"u{ord(icon.letter):x}": icon for icon in icons}
    names = [".notdef", *sorted(letters)]
    builder = FontBuilder(HEIGHT, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(
        {ord(icon.letter): name for name, icon in letters.items()}
    )
    builder.setupCFF(
        "Icons", {}, {name: _glyph(letters.get(name)) for name in names}, {}
    )
    builder.setupHorizontalMetrics(
        {
            name: (letters[name].width if name in letters else 0, 0)
            for name in names
        }
    )
    builder.setupHorizontalHeader(ascent=ASCENT, descent=ASCENT - HEIGHT)
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    builder.setupNameTable({"familyName": "Icons", "styleName": "Regular"})
    # The same icons give the same font.
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    builder.font.flavor = "woff"
    file = BytesIO()
    builder.save(file)
    return file.getvalue()


def _glyph(icon: Icon | None):
    pen = T2CharStringPen(icon.width if icon else 0, None)
    if icon:
        # In a picture, y grows downwards.
        parse_path(icon.outline, TransformPen(pen, (1, 0, 0, -1, 0, ASCENT)))
    return pen.getCharString()
