"""The extensions of this book alone, one for each part; see README.md in this folder."""

import os
from importlib import import_module
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from nbpromises.execution.surroundings import PAGE_ENVIRONMENT
from nbpromises.order import WAITING
from nbpromises.reread import version_of

PARTS = (
    "theme",
    "literalinclude",
    "mathml",
    "notebooks",
    "search",
    "weight",
    "offline",
)


def import_before_reading(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Import the package if it was not imported while the build waited."""
    import_package(app, docnames)


def import_package(app: Sphinx, docnames: list[str]) -> None:
    """Import what autodoc will import as pages do, without TensorFlow's log lines."""
    if "reference/api" in docnames:
        # Another backend of Keras or of Matplotlib, which a user may have chosen, may not be installed.
        os.environ |= PAGE_ENVIRONMENT | app.config.nbpromises_environment
        stderr = os.dup(2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            import_module("linear_tutorial")
        finally:
            os.dup2(stderr, 2)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.setup_extension("nbpromises")
    app.setup_extension("editions")
    for part in PARTS:
        import_module(f"{__name__}.{part}").setup(app)
    app.connect(WAITING, import_package)
    app.connect("env-before-read-docs", import_before_reading)
    return {
        "version": "1",
        "env_version": version_of(Path(__file__).parent),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
