"""Make the pages that the theme writes lighter to load; see README.md."""

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ThemeError

from .fonts import with_small_icon_fonts
from .pages import STYLE, icons_in, light_page, style_sheets, with_digest
from .static_files import files_below, named_files, remove_files
from .style_sheet import read_style_sheet, used_css, words_in


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the pages and their style sheets, and remove files that no page loads."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    pages = {
        path: path.read_text(encoding="utf-8")
        for path in files_below(folder, "*.html") - files_below(static)
    }
    sheets = _linked_sheets(folder, pages)
    pages = {path: light_page(html) for path, html in pages.items()}
    text = "\n".join(pages.values())
    css = _light_css([folder / sheet for sheet in sheets], static, text)
    if missing := icons_in(text) - words_in(css):
        raise ThemeError(f"no style sheet has the icons {sorted(missing)}")
    (folder / STYLE).write_text(css, encoding="utf-8")
    digest = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path, html in pages.items():
        path.write_text(with_digest(html, digest), encoding="utf-8")
    remove_files(static, files_below(static) - named_files(static, text))


def _linked_sheets(folder: Path, pages: dict[Path, str]) -> tuple[str, ...]:
    """Return the style sheets that all pages link which were written in this build."""
    linked = {
        style_sheets(html, path.parent.relative_to(folder).as_posix())
        for path, html in pages.items()
    }
    # An incremental build leaves earlier pages as they are.
    linked.discard((STYLE,))
    if len(linked) != 1:
        raise ThemeError(f"pages link different style sheets: {sorted(linked)}")
    return linked.pop()


def _light_css(sheets: list[Path], static: Path, html: str) -> str:
    """Return one style sheet of the rules and icons that pages and their scripts can use."""
    scripts = [
        path.read_text(encoding="utf-8")
        for path in sorted(named_files(static, html))
        if path.suffix == ".js"
    ]
    css = "\n".join(read_style_sheet(sheet, static) for sheet in sheets)
    used = used_css(css, words_in("\n".join([html, *scripts])))
    return with_small_icon_fonts(used, static)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    # The theme writes style sheets at the same event, with the default priority of 500.
    app.connect("build-finished", lighten, priority=800)
