"""The look of the book: templates and style sheet on top of sphinx-book-theme's."""

import os
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from ..words import _, load_words

PACKAGE = Path(__file__).parents[1]
LOGO = Path(__file__).parent / "static" / "logo.svg"


def apply_theme(app: Sphinx, config: Config) -> None:
    """Set what stands around every page, in the language of the edition."""
    # Relative, because Sphinx writes a digest of these settings into the site.
    for folder in sorted(PACKAGE.glob("*/static")):
        path = os.path.relpath(folder, app.confdir)
        config.html_static_path.append(path)
    for folder in sorted(PACKAGE.glob("*/templates")):
        config.templates_path.append(os.path.relpath(folder, app.confdir))
    config.html_logo = os.path.relpath(LOGO, app.confdir)
    config.html_favicon = config.html_logo
    config.html_theme_options["logo"] = {
        "text": config.html_title,
        "alt_text": "",
    }
    config.html_theme_options["search_bar_text"] = str(_("Search this book"))
    # Only solutions are folded away.
    prompt = str(_("Solution"))
    config.nb_code_prompt_show = config.nb_code_prompt_hide = prompt


def add_words(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Give the templates the function that translates this book's words."""
    context["words"] = _


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    load_words(app)
    # After the title of the edition is set.
    app.connect("config-inited", apply_theme, priority=600)
    app.connect("html-page-context", add_words, priority=100)
    app.add_css_file("site.css")
