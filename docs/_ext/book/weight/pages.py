"""Rewrite the head of a page, so that it loads less and nothing but its style delays it."""

import re
from posixpath import join, normpath

from sphinx.errors import ThemeError

STYLE = "_static/style.css"
STYLE_LINK = re.compile(rf'({STYLE})(\?v=\w+)?(?=")')
STYLE_SHEET = re.compile(
    r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?]+)[^>]*>\s*'
)
PRELOAD = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
ICON_SCRIPT = re.compile(r"<script\b[^>]*/fontawesome\.js\b[^>]*></script>\s*")
ICON = re.compile(r'<(?:i|span) class="([^"]*\bfa-[^"]*)"')


def style_sheets(html: str, folder: str) -> tuple[str, ...]:
    """Return the paths of the style sheets that a page in `folder` links.

    >>> style_sheets('<link href="../_static/a.css?v=1" rel="stylesheet" />', "tutorial")
    ('_static/a.css',)
    """
    links = STYLE_SHEET.findall(html)
    return tuple(normpath(join(folder, link)) for link in links)


def light_page(html: str) -> str:
    """Return a page with one style sheet, deferred scripts and no script for icons.

    A page that was rewritten by an earlier build is returned as it is.
    """
    head, end, body = html.partition("</head>")
    first = STYLE_SHEET.search(head)
    if first is None:
        raise ThemeError("a page links no style sheet")
    root, found, _ = first[1].partition("_static/")
    if not found:
        raise ThemeError(f"{first[1]} is not in the folder _static")
    if first[1] == f"{root}{STYLE}":
        return html
    head, scripts = ICON_SCRIPT.subn("", head)
    if scripts != 1:
        raise ThemeError(f"the theme loads {scripts} scripts of icons, not 1")
    start = first.start()
    head = (
        f'{head[:start]}<link rel="stylesheet" href="{root}{STYLE}">\n'
        f"{STYLE_SHEET.sub('', head[start:])}"
    )
    return deferred_scripts(PRELOAD.sub("", head)) + end + body


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


def with_digest(html: str, digest: str) -> str:
    """Return a page that asks for the style sheet with this digest, past older ones in caches.

    >>> with_digest('<link href="../_static/style.css?v=1">', "2")
    '<link href="../_static/style.css?v=2">'
    """
    return STYLE_LINK.sub(rf"\1?v={digest}", html)


def icons_in(html: str) -> set[str]:
    """Return the classes of Font Awesome on the elements that are icons.

    >>> sorted(icons_in('<i class="fa-solid fa-bars"></i>'))
    ['fa-bars', 'fa-solid']
    """
    classes = " ".join(ICON.findall(html)).split()
    return {name for name in classes if name.startswith("fa-")}
