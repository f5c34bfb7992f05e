"""Replace the theme's icon fonts by fonts of the icons that are used."""

import logging
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from fontTools import subset
from sphinx.errors import ThemeError

FONT = re.compile(r'url\("([^":]*/fa-[\w-]+\.woff2)"\)')
ESCAPE = re.compile(r"\\([0-9a-f]{4})(?![0-9a-f])", re.IGNORECASE)
PRIVATE_USE = re.compile(r"[\ue000-\uf8ff]")

# It logs every step at INFO, which a11y_pygments, imported by the theme, has shown.
logging.getLogger(subset.__name__).setLevel(logging.WARNING)


def with_small_icon_fonts(css: str, folder: Path) -> str:
    """Return a style sheet in `folder` with subsets of its icon fonts as data URIs.

    The same style sheet gives the same bytes.
    """
    icons = icons_shown(css)
    available: set[int] = set()

    def data_uri(match: re.Match[str]) -> str:
        options = subset.Options(flavor="woff2")
        font = subset.load_font(folder / match[1], options)
        available.update(font.getBestCmap())
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=icons)
        subsetter.subset(font)
        file = BytesIO()
        subset.save_font(font, file, options)
        data = b64encode(file.getvalue()).decode()
        return f'url("data:font/woff2;base64,{data}")'

    css = FONT.sub(data_uri, css)
    if missing := icons - available:
        names = ", ".join(f"U+{code:04X}" for code in sorted(missing))
        raise ThemeError(f"no icon font of the theme has {names}")
    return css


def icons_shown(css: str) -> set[int]:
    r"""Return the code points for private use in a style sheet; they stand for icons.

    >>> [f"{code:x}" for code in icons_shown(r'a{content: "\f0c9"} b{content: "\2014"}')]
    ['f0c9']
    """
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), css)
    return {ord(letter) for letter in PRIVATE_USE.findall(text)}
