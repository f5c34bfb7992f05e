"""Make the pages that the theme's templates write light, so that they are there at once.

Icons are drawn where they stand, all style sheets become one of what is used, and no script keeps a
page from being shown. What is not asked for any more is not published.

This is a template bridge, Sphinx's way to have a say in what templates write: it sees a page as
it will be, whichever template, extension or version of the theme each part of it came from.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.errors import ThemeError
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.theming import Theme
from sphinx.util.typing import ExtensionMetadata

from dependencies import installed_versions
from digest_files import files_below
from icons import Icon, draw_icons, read_icons
from memoized import memoized
from used_css import each_once, names_in, read_style_sheet, used_css, words_in

ICONS = "static/scripts/fontawesome.js"
STYLE = "_static/style.css"
STYLE_LINK = re.compile(rf'(?P<address>{STYLE})(\?v=\w+)?(?=")')
LINK = re.compile(r'<link\b[^>]*\brel="stylesheet"[^>]*>\s*')
HREF = re.compile(r'\bhref="(?P<address>[^"?]+)')
ICON_SCRIPT = re.compile(r"<script\b[^>]*/fontawesome\.js\b[^>]*></script>\s*")
# Scripts, which can wait, would arrive before what is seen.
PRELOAD = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
LOADED = re.compile(r"<script(?= src=)")
FILE_NAME = re.compile(r"[\w.-]+")
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')


class LightTemplates(BuiltinTemplateLoader):
    """Sphinx's own templates, written lighter."""

    style_sheets: tuple[str, ...] = ()

    def init(
        self,
        builder: Builder,
        theme: Theme | None = None,
        dirs: list[str] | None = None,
    ) -> None:
        """Keep templates as they were compiled, for as long as all libraries are the same."""
        super().init(builder, theme, dirs)
        versions = repr(sorted(installed_versions().items()))
        name = f"templates-{hashlib.sha256(versions.encode()).hexdigest()[:16]}"
        # Beside what Sphinx has read, and forgotten with it.
        folder = Path(builder.doctreedir, name)
        folder.mkdir(exist_ok=True)
        self.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))

    def render(self, template: str, context: dict[str, Any]) -> str:
        """Write a page."""
        head, end, body = super().render(template, context).partition("</head>")
        if not end:
            return head
        head, count = ICON_SCRIPT.subn("", head)
        if count != 1:
            raise ThemeError(f"the theme loads {count} scripts of icons, not 1")
        head = self._with_one_style_sheet(head, context)
        head = with_waiting_scripts(PRELOAD.sub("", head))
        head = with_one_viewport(head)
        return head + end + draw_icons(body, self.icons())

    def icons(self) -> dict[str, dict[str, Icon]]:
        """Return the theme's icons, by style and name."""
        scripts = [Path(folder, ICONS) for folder in self.pathchain]
        return read_icons(next(filter(Path.exists, scripts)))

    def _with_one_style_sheet(self, head: str, context: dict[str, Any]) -> str:
        """Link what will be made of the style sheets that are linked."""
        page = context["pagename"]
        linked = tuple(
            normpath(join(dirname(page), HREF.search(link)["address"]))
            for link in LINK.findall(head)
        )
        # One order of rules must be right for all.
        if self.style_sheets not in ((), linked):
            raise ThemeError(f"{page} has other style sheets than other pages")
        self.style_sheets = linked
        address = context["pathto"](STYLE, True)
        links = iter([f'<link rel="stylesheet" href="{address}">\n'])
        return LINK.sub(lambda match: next(links, ""), head)


def with_waiting_scripts(head: str) -> str:
    """Let scripts run when the page is there, in their order.

    What extensions put into the page itself behind a script may need it, and waits as well. The
    templates' own are left alone; they have attributes, or stand before all others.

    >>> with_waiting_scripts("<script>a()</script><script src='b.js'></script><script>b()</script>")
    "<script>a()</script><script defer src='b.js'></script><script type='module'>b()</script>"
    """
    start, first, rest = head.partition("<script src=")
    rest = (first + rest).replace("<script>", "<script type='module'>")
    return start + LOADED.sub("<script defer", rest)


def with_one_viewport(head: str) -> str:
    """Drop what Sphinx, docutils and the theme say three times.

    >>> with_one_viewport('<meta name="viewport" content="a"><meta name="viewport" content="a">')
    '<meta name="viewport" content="a">'
    """
    first, *_ = VIEWPORT.findall(head)
    start, end = head.split(first, 1)
    return start + first + VIEWPORT.sub("", end)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the style sheet of all pages, and remove files that none asks for."""
    templates = getattr(app.builder, "templates", None)
    style_sheets = getattr(templates, "style_sheets", ())
    if exception or not style_sheets:
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    pages = {
        path: path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
        if not path.is_relative_to(static)
    }
    names = names_of_files("".join(pages.values()))
    asked = asked_for(static, names)
    scripts = [path for path in asked if path.suffix == ".js"]
    css = "\n".join(
        read_style_sheet(folder / name, static) for name in style_sheets
    )
    # Names of files are made of words, and words are such names.
    words = words_in(
        " ".join((*names, *(path.read_text() for path in scripts)))
    )
    css = memoized(
        app,
        light_css,
        css,
        sorted(words & names_in(css)),
        icons=templates.icons(),
    )
    (folder / STYLE).write_text(css, encoding="utf-8")
    digest = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path, text in pages.items():
        new = STYLE_LINK.sub(rf"\g<address>?v={digest}", text)
        if new != text:
            path.write_text(new, encoding="utf-8")
    asked |= asked_for(static, names_of_files(STYLE))
    for path in set(files_below(static)) - asked:
        path.unlink()
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def light_css(
    css: str, names: list[str], icons: dict[str, dict[str, Icon]]
) -> str:
    """Keep of style sheets, and of their icons, what pages can use that have these names."""
    # It takes a tenth of a second, and is seldom needed.
    from icon_font import with_small_icon_fonts

    css = with_small_icon_fonts(used_css(css, names), icons)
    return f'@charset "utf-8";\n{css}'


def asked_for(folder: Path, names: set[str]) -> set[Path]:
    """List the files that have one of these names, or that a style sheet or a script of them names."""
    asked: set[Path] = set()
    files = set(files_below(folder))
    while new := {path for path in files - asked if path.name in names}:
        asked |= new
        names = names_of_files(
            " ".join(
                path.read_text(encoding="utf-8")
                for path in new
                if path.suffix in {".css", ".js"}
            )
        )
    # They serve those who look for errors in the theme, and are the largest files of all.
    return {path for path in asked if path.suffix != ".map"}


def names_of_files(text: str) -> set[str]:
    """List what may be the name of a file.

    >>> sorted(names_of_files('<script src="../_static/copy.min.js?v=2"></script>'))
    ['..', '2', '_static', 'copy.min.js', 'script', 'src', 'v']
    """
    return set(FILE_NAME.findall(each_once(text)))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("memoized")
    # After the theme has written style sheets.
    app.connect("build-finished", finish, priority=800)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
