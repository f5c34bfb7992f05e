"""The extensions of this book alone, one for each module; see README.md in this folder."""

from importlib import import_module
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from nbpromises.reread import version_of

# The theme comes first: it loads the words that the others show.
PARTS = (
    "theme head api explorable literalinclude mathml notebooks search weight"
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("nbpromises")
    app.setup_extension("editions")
    for part in PARTS.split():
        import_module(f"{__name__}.{part}").setup(app)
    return {
        "version": "1",
        "env_version": version_of(Path(__file__).parent),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
