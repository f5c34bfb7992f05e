"""Rewrite the head of a page, so that it loads less and nothing but its style delays it."""

import re
from pathlib import Path

from sphinx.errors import ThemeError

from nbpromises.execution.dependencies import digest_file

# The group is the path in the folder of the site.
STYLE_SHEET = re.compile(
    r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="(?:\.\./)*([^"?]+)[^>]*>\s*'
)
# Sphinx adds a digest to those that it links itself.
UNVERSIONED = re.compile(r'_static/([\w-]+\.(?:css|js))(?=[" ])')
# Sphinx puts each word of code into one of these, to keep it on one line; site.css lets it break.
WORD = re.compile(r'<span class="pre">([^<]*)</span>')
# Names, signs, white space and modules have the colour of the text around them. Operators would have another
# one, but are a sixth of the elements of a page with much code.
PLAIN_TOKEN = re.compile(r'<span class="(?:n|p|w|nn|o)">([^<]*)</span>')
# Of a path, and of what stands at a place.
COORDINATES = re.compile(r' (?:d|x|y)="[^"]*"')
MARKERS = re.compile(
    r"<g((?: clip-path=\"[^\"]*\")?)>((?:\s*<use [^>]*/>)+\s*)</g>"
)
STYLE = re.compile(r' style="[^"]*"')
FURTHER_DIGITS = re.compile(r"(?<=\.\d\d)\d+")
PRELOAD = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
ICON_SCRIPT = re.compile(r"<script\b[^>]*/fontawesome\.js\b[^>]*></script>\s*")


# The style sheet holds this font, but Chromium begins to read it when it lays out the first formula, and
# would show the page before: with other letters, the lines of a paragraph break elsewhere.
LOAD_FORMULA_FONT = """\
<script>document.fonts.load('1em "STIX Two Math"');</script>
"""


def light_page(html: str, style: str) -> str:
    """Return a page that links one style sheet, defers scripts and loads no script for icons.

    Words and tokens of code that look like the text around them lose their elements.
    """
    head, end, body = html.partition("</head>")
    head, scripts = ICON_SCRIPT.subn("", head)
    if scripts != 1:
        raise ThemeError(f"the theme loads {scripts} scripts of icons, not 1")
    head = deferred_scripts(PRELOAD.sub("", STYLE_SHEET.sub("", head)))
    head += f'<link rel="stylesheet" href="{style}">\n'
    if "<math" in body:
        head += LOAD_FORMULA_FONT
    body = PLAIN_TOKEN.sub(r"\1", WORD.sub(r"\1", body))
    return f"{head}{end}{body}"


def light_drawing(svg: str) -> str:
    """Return a drawing whose coordinates have two digits behind the point: hundredths of 1/72 inch.

    Markers of one style have it from their group.

    >>> print(light_drawing('<g>\\n<use x="1" style="fill: red"/>\\n<use x="2" style="fill: red"/>\\n</g>'))
    <g style="fill: red">
    <use x="1"/>
    <use x="2"/>
    </g>
    >>> light_drawing('<path d="M 76.712732 147.549051"/><use x="79.194508" transform="scale(0.015625)"/>')
    '<path d="M 76.71 147.54"/><use x="79.19" transform="scale(0.015625)"/>'
    """
    rounded = COORDINATES.sub(
        lambda found: FURTHER_DIGITS.sub("", found[0]), svg
    )
    return MARKERS.sub(_share_style, rounded)


def _share_style(group: re.Match[str]) -> str:
    styles = set(STYLE.findall(group[2]))
    if len(styles) != 1:
        return group[0]
    return f"<g{group[1]}{styles.pop()}>{STYLE.sub('', group[2])}</g>"


def deferred_scripts(head: str) -> str:
    """Return a head whose scripts wait for the page, in their order.

    A script that stands in the page itself behind others may need them; as a module, it waits too.
    Those of the templates have attributes or stand before all others, and run at once.

    >>> deferred_scripts('<script>a()</script><script src="b.js"></script><script>b()</script>')
    '<script>a()</script><script defer src="b.js"></script><script type="module">b()</script>'
    """
    start, first, rest = head.partition("<script src=")
    rest = rest.replace("<script>", '<script type="module">')
    return start + (first + rest).replace("<script src=", "<script defer src=")


def with_digests(html: str, static: Path) -> str:
    """Return a page that asks for its scripts and style sheets past older ones in caches."""

    def versioned(match: re.Match[str]) -> str:
        return f"{match[0]}?v={digest_file(static / match[1])[:8]}"

    return UNVERSIONED.sub(versioned, html)
