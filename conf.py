"""The Sphinx configuration of all editions: `sphinx-build -c . -D language=zh_CN docs ...`."""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.resolve()
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]

from editions.languages import read_table, whole_address  # noqa: E402

project = "linear-tutorial"
with (ROOT / "pyproject.toml").open("rb") as file:
    version = tomllib.load(file)["project"]["version"]
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "nbpromises",
    "editions",
    "book",
]
exclude_patterns = ["_*"]
nitpicky = True
default_role = "code"
numfig = True
# In Chinese too, where only the dashes of the API reference are left to do.
smartquotes_excludes = {"builders": ["gettext"]}

# -- Languages: docs/_ext/editions ---------------------------------------------------------------

editions_table = read_table(ROOT / "docs" / "_editions.toml")
# Where the site is published, with a slash at the end, as in "https://example.org/book/". While this
# is empty, whatever needs it is left out: canonical addresses, the sitemap.
editions_address = whole_address(
    os.environ.get("READTHEDOCS_CANONICAL_URL", "")
)

# Hosts that readers in China reach, with those whose pages they publish.
editions_mirrors = {"tensorflow.google.cn": "www.tensorflow.org"}

# What the sources spell out, and a translation may write in digits.
editions_number_words = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "twenty": "20",
    "a hundred": "100",
    "two hundred": "200",
    "a thousand": "1000",
    "December": "12",
}

language = editions_table["source"]
locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False

# -- Promises: docs/_ext/nbpromises --------------------------------------------------------------

nbpromises_preload = ["tensorflow", "keras"]
nbpromises_environment = {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": f"{os.devnull}/keras",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
# What TensorFlow reads and a user may have set, to compute otherwise or elsewhere.
nbpromises_watched_variables = [
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
]
nbpromises_describe_figures = True
# All other numbers in sentences, captions and descriptions of figures are glued from the run.
nbpromises_constants = {
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
    "100": "the batch size of an exercise",
    "200": "the epochs of an exercise",
    "2.16": "the TensorFlow that brought Keras 3",
    "2.16.2": "the oldest TensorFlow that pyproject.toml allows",
    "2.21": "the first TensorFlow whose XLA logs nothing",
    "3.11": "the oldest Python that pyproject.toml allows",
    "3.13": "the oldest Keras that pyproject.toml allows",
    "2021": "the year of the recorded run",
    "12": "December",
    "27": "the day of its publication",
    "1951": "the year of a paper, as the others",
    "1964": "the year of a paper",
    "2014": "the year of a paper",
    "2017": "the year of two papers",
}

# -- Pages ----------------------------------------------------------------------------------------

# Only a cell that hangs takes so long, however busy the machine is.
nb_execution_timeout = 600
# Of an example, only what one would type.
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
# Whatever a cell writes to stderr is a warning, and so an error.
nb_output_stderr = "warn"

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

# -- HTML: docs/_ext/book --------------------------------------------------------------------------

# Where GitHub has a copy of the published site, as in "owner/repository/blob/branch/folder": from
# there, and from nowhere else on the web, Colab opens notebooks. While this is empty, no page offers
# to be opened in Colab.
book_colab_repository = os.environ.get("COLAB_REPOSITORY", "").strip("/ ")
if ":" in book_colab_repository:
    raise ValueError(
        f"COLAB_REPOSITORY must not be a URL, but is {book_colab_repository!r}"
    )

# Whether files to take along are published with the site: `make publish` sets it.
book_offline = os.environ.get("BOOK_OFFLINE", "")

html_theme = "sphinx_book_theme"
html_math_renderer = "mathml"
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
