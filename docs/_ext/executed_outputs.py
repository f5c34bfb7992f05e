"""Where executed outputs are kept, and for how long they are true.

jupyter-cache finds a page's outputs by its code cells alone, and would miss an edit to the package
that they import. So its folder is named after a digest of everything else that outputs depend on:
an edit there changes the name, which makes Sphinx read every page anew, and no output that is not
true any more can be found. An edit to prose changes nothing, and executes nothing.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata


def execution_digest(root: Path, patterns: Iterable[str]) -> str:
    """Digest the Python version and the files below `root` that the patterns name.

    Contents and relative names count; times and the place of `root` do not.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(
        {path for pattern in patterns for path in root.glob(pattern)}
    ):
        if path.is_file():
            digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Set the folder of the executed outputs, the same one for every language."""
    root = Path(app.confdir)
    config.nb_execution_cache_path = str(
        root
        / config.executed_outputs
        / execution_digest(root, config.execution_depends_on)
    )


def move_output_folder(app: Sphinx) -> None:
    """Keep MyST-NB's working copies out of the published folder, and those of each language apart.

    MyST-NB offers this setting to docutils only; Sphinx gets a folder beside the output's.
    """
    app.env.mystnb_config = app.env.mystnb_config.copy(
        output_folder=str(Path(app.doctreedir, "executed"))
    )


def create_cache(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Create the cache before several reading processes try to do so at once."""
    if docnames:
        get_cache(app.config.nb_execution_cache_path).get_cache_limit()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_config_value("executed_outputs", "_build/executed", "", str)
    app.add_config_value("execution_depends_on", [], "", list)
    app.connect("config-inited", choose_cache)
    # After MyST-NB has made its configuration.
    app.connect("builder-inited", move_output_folder, priority=900)
    app.connect("env-before-read-docs", create_cache)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
