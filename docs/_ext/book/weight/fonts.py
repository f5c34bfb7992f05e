"""Replace the theme's icon fonts by fonts of the icons that are used."""

import logging
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from fontTools import subset
from sphinx.errors import ThemeError

FONT = re.compile(r'url\("([^":]*/fa-[\w-]+\.woff2)"\)')
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

    def data_uri(match: re.Match[str]) -> str:
        options = subset.Options(flavor="woff2")
        font = subset.load_font(folder / match[1], options)
        available.update(map(chr, font.getBestCmap()))
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(icons))
        subsetter.subset(font)
        file = BytesIO()
        subset.save_font(font, file, options)
        data = b64encode(file.getvalue()).decode()
        return f'url("data:font/woff2;base64,{data}")'

    css = FONT.sub(data_uri, css)
    if missing := icons - available:
        raise ThemeError(f"no icon font of the theme has {sorted(missing)!a}")
    return css
