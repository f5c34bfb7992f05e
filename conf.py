"""The one Sphinx configuration, for both languages: `sphinx-build -c . -D language=zh_CN docs ...`."""

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).parent.resolve()
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]

from silent_stderr import silent_stderr  # noqa: E402

# Where the site is published, with a slash at the end, as in "https://example.org/book/". While
# this is empty, whatever would need it (canonical addresses) is left out.
public_address = os.environ.get("READTHEDOCS_CANONICAL_URL", "")

# Where GitHub has a copy of the published site, as in "owner/repository/blob/branch/folder": from
# there, and from nowhere else on the web, Colab opens notebooks. While this is empty, no page offers
# to be opened in Colab.
colab_repository = os.environ.get("COLAB_REPOSITORY", "")

project = "linear-tutorial"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "complete_translation",
    "executed_outputs",
    "explorable",
    "expected_output",
    "fresh_after_failure",
    "github_annotations",
    "language_switch",
    "light_pages",
    "mathml",
    "memoized_highlighting",
    "notebooks",
    "numbers_in_prose",
    "output_figure",
    "page_description",
    "side_by_side",
    "search_text",
    "translated_nodes",
    "without_docstring",
]
exclude_patterns = ["_*"]
nitpicky = True
default_role = "code"
numfig = True
# In Chinese too, where only the dashes of the API reference are left to do.
smartquotes_excludes = {"builders": ["gettext"]}

# -- Languages ---------------------------------------------------------------------------------

source_language = "en"
language = source_language
locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False
editions = {
    "en": {
        "tag": "en",
        "folder": "en",
        "name": "English",
        "title": "A training loop in TensorFlow",
        "authors": "The linear-tutorial authors",
        "search": "Search this book",
        "solution": "Solution",
    },
    "zh_CN": {
        "tag": "zh-CN",
        "folder": "zh-cn",
        "name": "中文",
        "title": "TensorFlow 训练循环",
        "authors": "linear-tutorial 作者团队",
        "search": "搜索本书",
        "solution": "参考答案",
    },
}

# -- Execution ---------------------------------------------------------------------------------

# MyST-NB executes nothing; see docs/_ext/executed_outputs.py.
nb_execution_mode = "off"
execution_preload = ["tensorflow", "keras"]
nb_execution_timeout = 120
# Translators get the alt text, which belongs to the picture.
nb_mime_priority_overrides = [("gettext", "image/svg+xml", 0)]
# Whatever a cell writes to stderr is a warning, and so an error.
nb_output_stderr = "warn"

# All other numbers in sentences, captions and descriptions of figures are glued from the run.
constants_in_prose = {
    "0": "the start of b; of nothing, there is none",
    "1": "the noise asked for; the first",
    "2": "TRUE_B, and where the inputs end",
    "3": "TRUE_W; the input whose prediction is 15; Keras 3",
    "4": "the last of the four steps; the true line's height at -2",
    "5": "the start of W",
    "8": "the true line's height at 2",
    "10": "the epochs",
    "32": "Keras's batch size, which a page shows by counting updates",
    "201": "NUM_EXAMPLES",
    "0.1": "the learning rate",
    "2.16": "the TensorFlow that brought Keras 3",
    "2021": "the year of the recorded run",
}

# -- Pages -------------------------------------------------------------------------------------

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# No build asks the network: the inventories are small files of our own, in the plain text of version
# 1, with the names that these pages use. TensorFlow and Keras publish none.
intersphinx_mapping = {
    name: (address, f"_inventories/{name}.inv")
    for name, address in {
        "keras": "https://keras.io/api/",
        "matplotlib": "https://matplotlib.org/stable/",
        "numpy": "https://numpy.org/doc/stable/",
        "python": "https://docs.python.org/3/",
        "tensorflow": "https://www.tensorflow.org/api_docs/python/",
    }.items()
}

html_math_renderer = "mathml"
html_theme = "sphinx_book_theme"
html_static_path = ["docs/_static"]
templates_path = ["docs/_templates"]
template_bridge = "light_pages.LightTemplates"
html_css_files = ["site.css"]
html_logo = html_favicon = "docs/_static/logo.svg"
html_copy_source = False
html_domain_indices = False
html_use_index = False
html_additional_pages = {"search": "search.html"}
html_theme_options = {
    "article_header_end": [
        "notebook-link.html",
        "language-switch.html",
        "side-by-side.html",
        "article-header-buttons.html",
    ],
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 2,
}


# -- Setup -------------------------------------------------------------------------------------


def speak_one_language(app: Sphinx, config: Config) -> None:
    """Set what Sphinx does not translate by itself."""
    edition = config.editions[config.language]
    config.html_title = edition["title"]
    config.author = edition["authors"]
    config.copyright = f"2026 {edition['authors']}"
    if config.public_address:
        config.html_baseurl = f"{config.public_address}{edition['folder']}/"
    # Nothing else is folded away.
    config.nb_code_prompt_show = config.nb_code_prompt_hide = edition[
        "solution"
    ]
    config.html_theme_options["search_bar_text"] = edition["search"]
    config.html_theme_options["logo"] = {
        "text": edition["title"],
        "alt_text": "",
    }


def import_package(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Import what autodoc is about to import anyway, without TensorFlow's log lines."""
    if "reference/api" in docnames:
        with silent_stderr():
            import linear_tutorial  # noqa: F401


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    app.connect("config-inited", speak_one_language)
    app.connect("env-before-read-docs", import_package)
