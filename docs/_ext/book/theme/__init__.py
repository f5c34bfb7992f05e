"""The look of the book: templates and style sheet on top of sphinx-book-theme's, and what they show."""

import os
import re
from pathlib import Path
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.docutils import is_directive_registered
from sphinx_book_theme.directives import Margin

from editions.languages import own_edition

from ..notebooks import offer_notebook

# A page's element for an explorable; the group is its kind.
EXPLORABLE = re.compile(r'class="explorable" data-kind="([^"]*)"')
# The book uses cards of sphinx-design, and no tabs. Only pages with code need buttons to copy it.
UNUSED_SCRIPTS = {"design-tabs.js"}
COPY_SCRIPTS = {"clipboard.min.js", "copybutton.js"}
# MyST-NB's name of the button of a folded cell.
HIDDEN = "Toggle hidden content"


def apply_theme(app: Sphinx, config: Config) -> None:
    """Set what stands around every page, in the language of the edition."""

    def relative(pattern: str) -> list[str]:
        # Sphinx writes a digest of these settings into the site.
        paths = sorted(Path(__file__).parents[1].glob(pattern))
        return [os.path.relpath(path, app.confdir) for path in paths]

    words = own_edition(config)["words"]
    config.html_static_path += relative("*/static")
    config.templates_path += relative("*/templates")
    (config.html_logo,) = relative("theme/static/logo.svg")
    config.html_favicon = config.html_logo
    options = config.html_theme_options
    options["logo"] = {"text": config.html_title, "alt_text": ""}
    options["search_bar_text"] = words["search"]
    config.nbpromises_forecast_words = words["forecast"]
    # Only solutions are folded away.
    config.nb_code_prompt_show = words["solution"]
    config.nb_code_prompt_hide = words["solution"]


def add_directive(app: Sphinx) -> None:
    """Add the theme's directive for builders that load no theme, as those of accept and of the catalogues."""
    if not is_directive_registered("margin"):
        app.add_directive("margin", Margin)


def fill_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the templates their words and what they show of this page."""
    if app.builder.name != "html":
        return
    words = own_edition(app.config)["words"]
    context["words"] = words
    # The first paragraph, as much of it as search engines show: it is translated when the page is.
    paragraphs = doctree.findall(nodes.paragraph) if doctree else []
    first = next((each.astext() for each in paragraphs), app.config.html_title)
    context["description"] = shorten(first, 160, placeholder=" …")
    if body := context.get("body"):
        # MyST-NB writes this name in English alone.
        context["body"] = body.replace(f'"{HIDDEN}"', f'"{_(HIDDEN)}"')
    if doctree:
        offer_notebook(app, pagename, context, doctree)
    unused = UNUSED_SCRIPTS if doctree else UNUSED_SCRIPTS | COPY_SCRIPTS
    # In its place: themes add to it later.
    context["script_files"][:] = [
        script
        for script in context["script_files"]
        if Path(str(script.filename)).name not in unused
    ]
    kinds = sorted(set(EXPLORABLE.findall(context.get("body", ""))))
    if kinds:
        app.add_js_file("explorable.js", loading_method="defer")
    for kind in kinds:
        data = explorable_texts(pagename, kind, words["explorable"])
        script = f"explorable-{kind}.js"
        app.add_js_file(script, loading_method="defer", **data)


def explorable_texts(
    pagename: str, kind: str, words: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Return the texts of an explorable as attributes of its script.

    >>> explorable_texts("data", "dice", {"dice": {"again": "Roll"}})
    {'data-again': 'Roll'}
    >>> explorable_texts("data", "dies", {"dice": {"again": "Roll"}})
    Traceback (most recent call last):
    sphinx.errors.ExtensionError: data: no explorable is called 'dies', only: dice
    """
    if kind not in words:
        raise ExtensionError(
            f"{pagename}: no explorable is called {kind!r}, only: {', '.join(words)}"
        )
    return {f"data-{name}": text for name, text in words[kind].items()}


def setup(app: Sphinx) -> None:
    # After the title of the edition is set.
    app.connect("config-inited", apply_theme, priority=600)
    app.connect("builder-inited", add_directive)
    # Before the theme looks which of its parts have something to show.
    app.connect("html-page-context", fill_context, priority=100)
    app.add_css_file("site.css")
