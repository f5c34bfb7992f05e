"""Read in its journal what a page used, with the processes that it started."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import matplotlib

from dependencies import sources_below
from page_process import Used

# What is in these folders counts by its version, was made from such, or is no file. matplotlib keeps a
# list of the installed fonts, which the first build on a machine writes while pages run.
INSTALLED = (
    *(sys.prefix, sys.base_prefix, matplotlib.get_cachedir()),
    *("/dev", "/proc", "/sys", "/usr"),
)


def used(journal: str, root: Path) -> Used:
    """Tell from its journal which files and modules a page used.

    What a process that was not watched may have used is all that it could have.
    """
    lines = [line.partition(" ") for line in journal.splitlines()]

    def noted(word: str) -> list[str]:
        return [what for first, _, what in lines if first == word]

    loaded = {
        module.__file__
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None)
    }
    opened = set(noted("reads")) - set(noted("writes"))
    paths = set(map(_source, opened | loaded))
    modules = {name.partition(".")[0] for name in sys.modules}
    modules.update(noted("imports"))
    # The page itself begins without being started.
    if "other" in noted("starts") or len(noted("starts")) >= len(
        noted("begins")
    ):
        paths |= set(sources_below(root))
        modules |= packages_distributions().keys()
    return Used(
        files=sorted(
            _name(path, root)
            for path in paths
            if path.is_file() and not any(map(path.is_relative_to, INSTALLED))
        ),
        modules=sorted(modules),
    )


def _name(path: Path, root: Path) -> str:
    """Name a file of the project in a way that survives a move of it, and any other one by its path."""
    return (
        path.relative_to(root) if path.is_relative_to(root) else path
    ).as_posix()


def _source(path: str) -> Path:
    """Return the file that was compiled into a cached module; any other file is its own source."""
    if path.endswith(".pyc"):
        return Path(importlib.util.source_from_cache(path))
    return Path(path)
