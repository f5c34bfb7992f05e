"""The one Sphinx configuration, for both languages: `sphinx-build -c . -D language=zh_CN docs ...`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.resolve()
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]

# Where the site is published, with a slash at the end, as in "https://example.org/book/". While
# this is empty, whatever would need it (canonical addresses) is left out.
PUBLIC_ADDRESS = os.environ.get("READTHEDOCS_CANONICAL_URL", "")

project = "A training loop in TensorFlow"
author = "The linear-tutorial authors"
copyright = "2026, The linear-tutorial authors"  # noqa: A001

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "complete_translation",
    "executed_outputs",
    "expected_output",
    "fresh_after_failure",
    "language_switch",
    "output_figure",
]
exclude_patterns = ["_*"]
nitpicky = True
default_role = "code"
numfig = True
smartquotes = False

# -- Languages ---------------------------------------------------------------------------------

source_language = "en"
language = source_language
locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False
editions = {
    "en": {"tag": "en", "folder": "en", "name": "English"},
    "zh_CN": {"tag": "zh-CN", "folder": "zh-cn", "name": "中文"},
}

# -- Execution ---------------------------------------------------------------------------------

nb_execution_mode = "cache"
execution_depends_on = [
    "linear_tutorial/**/*.py",
    "linear_tutorial/**/*.mplstyle",
    "requirements.txt",
    "docs/_kernels/**/*.*",
]
nb_execution_timeout = 120
nb_execution_show_tb = True
nb_merge_streams = True
# Translators get the alt text, which belongs to the picture.
nb_mime_priority_overrides = [("gettext", "image/svg+xml", 0)]
# Whatever a cell writes to stderr is a warning, and so an error.
nb_output_stderr = "warn"

# Kernels inherit these.
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["JUPYTER_PATH"] = str(ROOT / "docs" / "_kernels")

# -- Pages -------------------------------------------------------------------------------------

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "sphinx_book_theme"
html_baseurl = PUBLIC_ADDRESS
html_static_path = ["docs/_static"]
templates_path = ["docs/_templates"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {
    "article_header_end": ["language-switch.html", "article-header-buttons.html"],
    "use_download_button": False,
    "show_navbar_depth": 2,
}
