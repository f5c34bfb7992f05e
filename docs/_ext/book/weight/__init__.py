"""Make the pages that the theme writes lighter to load; see README.md."""

from pathlib import Path
from posixpath import relpath

from sphinx.application import Sphinx
from sphinx.errors import ThemeError

from nbpromises.execution.dependencies import digest_file
from nbpromises.order import REDUCE_FILES

from ..cache import cached
from ..mathml.font import FONT, drawn_characters
from .fonts import with_small_formula_font, with_small_icon_fonts
from .pages import STYLE_SHEET, light_drawing, light_page, with_digests
from .static_files import keep_only, named_files
from .style_sheet import names_in, read_style_sheet, used_css, words_in

STYLE = "_static/style.css"


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the pages, their style sheets and drawings, and remove files that no page loads.

    Only in a build of all editions, which writes every page; a preview writes those that changed.
    """
    if exception or not app.config.editions_together:
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    pages = {
        path: path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
        if static not in path.parents
    }
    sheets = {tuple(STYLE_SHEET.findall(html)) for html in pages.values()}
    if len(sheets) != 1:
        raise ThemeError(f"pages link different style sheets: {sorted(sheets)}")
    for path, html in pages.items():
        pages[path] = light_page(html, relpath(folder / STYLE, path.parent))
    text = "\n".join(pages.values())
    loaded = named_files(static, text)
    scripts = [
        path.read_text(encoding="utf-8")
        for path in loaded
        if path.suffix == ".js"
    ]
    full = "\n".join(
        read_style_sheet(folder / sheet, static) for sheet in sheets.pop()
    )
    words = words_in("\n".join([text, *scripts])) & names_in(full)
    characters = drawn_characters(text)

    def make() -> str:
        css = with_small_icon_fonts(used_css(full, words), static)
        return with_small_formula_font(css, static, characters)

    css = cached(
        Path(app.doctreedir, "style-sheet"),
        (full, sorted(words), sorted(characters), digest_file(FONT)),
        make,
    )
    (folder / STYLE).write_text(css, encoding="utf-8")
    for path, html in pages.items():
        path.write_text(with_digests(html, static), encoding="utf-8")
    for drawing in folder.glob("_images/*.svg"):
        svg = drawing.read_text(encoding="utf-8")
        drawing.write_text(light_drawing(svg), encoding="utf-8")
    keep_only(static, loaded | {folder / STYLE} | named_files(static, css))


def setup(app: Sphinx) -> None:
    # After the theme, which writes style sheets at the same event.
    app.connect("build-finished", lighten, priority=REDUCE_FILES)
