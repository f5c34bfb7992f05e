"""Import the package for the API reference without TensorFlow's log lines."""

import importlib

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from nbpromises.processes import silent_stderr


def import_package(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Import what autodoc will import, if the page of the reference is read."""
    if "reference/api" in docnames:
        with silent_stderr():
            importlib.import_module("linear_tutorial")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", import_package)
