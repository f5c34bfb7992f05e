"""The extensions of this book alone; each module is one of them, see README.md in this folder."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from nbpromises.reread import version_of

PARTS = (
    "theme",
    "head",
    "api",
    "explorable",
    "literalinclude",
    "mathml",
    "notebooks",
    "search",
    "weight",
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("nbpromises")
    app.setup_extension("editions")
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {
        "version": "1",
        "env_version": version_of(Path(__file__).parent),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
