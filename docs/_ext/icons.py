"""Draw icons where they stand in a page, instead of loading a script that draws them.

The theme's templates ask for an icon with an empty element and the classes of Font Awesome. Its
script, 1.5 MB of all icons there are, puts a picture in the place of each; so does this, with the
outlines from that same script, while a page is written.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

ELEMENT = re.compile(
    r'<(?P<tag>i|span) class="(?P<classes>[^"]*)"(?P<rest>[^>]*)></(?P=tag)>'
)
# One icon: `"arrow-up":[384,512,[8593],"f062","M214…"]`, with other names in the inner list.
ICON = re.compile(
    r'"?(?P<name>[\w-]+)"?:\[(?P<width>\d+),(?P<height>\d+),\[(?P<aliases>[^\]]*)\],'
    r'"(?P<code>\w+)","(?P<outline>[^"]+)"\]'
)
# What follows the icons of a style, with its two names: `p("fas",b),p("fa-solid",b)`.
STYLE = re.compile(
    r'\("(?P<short>fa\w)",(?P<icons>\w+)\),\w+\("(?P<long>fa-\w+)",(?P=icons)\)'
)


class Icon(NamedTuple):
    """The outline of an icon, the size of the area that it is drawn on, and its letter in a font."""

    width: int
    height: int
    outline: str
    letter: str


@cache
def read_icons(script: Path) -> dict[str, dict[str, Icon]]:
    """Read the icons of each style from the theme's script."""
    text = script.read_text(encoding="utf-8")
    styles: dict[str, dict[str, Icon]] = {}
    start = 0
    for end in STYLE.finditer(text):
        icons = {}
        for match in ICON.finditer(text, start, end.start()):
            icon = Icon(
                int(match["width"]),
                int(match["height"]),
                match["outline"],
                chr(int(match["code"], 16)),
            )
            for name in (
                match["name"],
                *re.findall(r'"([^"]+)"', match["aliases"]),
            ):
                icons[name] = icon
        styles[end["short"]] = styles[end["long"]] = icons
        start = end.end()
    if not all(styles.values()) or "fa-solid" not in styles:
        raise ValueError(f"no icons are found in {script.name}")
    return styles


def draw_icons(html: str, styles: dict[str, dict[str, Icon]]) -> str:
    """Put the picture in the place of each icon.

    >>> styles = {"fa-solid": {"dash": Icon(8, 8, "M0 4h8", "-")}}
    >>> draw_icons('<i class="fa-solid fa-dash fa-lg"></i>', styles)
    '<svg class="svg-inline--fa fa-dash fa-lg" aria-hidden="true" viewBox="0 0 8 8"><path fill="currentColor" d="M0 4h8"/></svg>'
    >>> draw_icons('<i class="fa-solid fa-dish"></i>', styles)
    Traceback (most recent call last):
    ValueError: the theme has no icon 'fa-solid fa-dish'
    """
    return ELEMENT.sub(lambda match: _drawn(match, styles), html)


def _drawn(match: re.Match[str], styles: dict[str, dict[str, Icon]]) -> str:
    classes = match["classes"].split()
    style = next(filter(styles.__contains__, classes), None)
    if style is None:
        return match[0]
    icons = styles[style]
    names = [name.removeprefix("fa-") for name in classes]
    icon = next((icons[name] for name in names if name in icons), None)
    if icon is None:
        raise ValueError(f"the theme has no icon {match['classes']!r}")
    # As the theme's script does, whose classes the theme's style sheet knows.
    classes = ["svg-inline--fa", *(name for name in classes if name != style)]
    return (
        f'<svg class="{escape(" ".join(classes))}"{match["rest"]} aria-hidden="true" '
        f'viewBox="0 0 {icon.width} {icon.height}">'
        f'<path fill="currentColor" d="{icon.outline}"/></svg>'
    )
