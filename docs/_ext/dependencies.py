"""What a page's outputs depend on besides its own cells, as it was found by watching them run."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

from digest_files import files_below

# Variables that TensorFlow, Keras, NumPy, matplotlib and Python itself read.
INFLUENCES = (
    *("CUDA_", "KERAS_", "LANG", "LC_", "MKL_", "MPL", "NUMPY_", "NPY_"),
    *("OMP_", "OPENBLAS_", "PYTHONHASHSEED", "TF_", "TZ", "XLA_"),
)
# What every page finds instead of what is set up on this machine.
FIXED = {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": f"{os.devnull}/keras",
    "MATPLOTLIBRC": os.devnull,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass(frozen=True)
class Dependencies:
    """Files and folders with digests of their contents, libraries with versions, surroundings."""

    files: dict[str, str]
    versions: dict[str, str]
    surroundings: dict[str, str]

    def hold(self, root: Path) -> bool:
        """Tell whether all is still as it was."""
        return self == observe(root, self.files, self.versions)

    def among(self, observed: Dependencies) -> bool:
        """Tell whether all is as it was observed to be, together with more."""
        return (
            self.surroundings == observed.surroundings
            and self.files.items() <= observed.files.items()
            and self.versions.items() <= observed.versions.items()
        )


def observe(
    root: Path, files: Iterable[str], libraries: Iterable[str]
) -> Dependencies:
    """Look at the present state of what a run used.

    Contents and names below `root` count; times and the place of `root` do not.
    """
    installed = installed_versions()
    return Dependencies(
        files={name: _digest(root / name) for name in files},
        versions={name: installed.get(name, "missing") for name in libraries},
        surroundings={
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            # A new one may hide a library of the same name.
            "modules": " ".join(
                sorted(path.name for path in root.glob("*.py"))
            ),
            **{
                name: value
                for name, value in os.environ.items()
                if name.startswith(INFLUENCES) and name not in FIXED
            },
        },
    )


def libraries_of(modules: Iterable[str]) -> list[str]:
    """Name the installed distributions that top-level modules belong to.

    >>> libraries_of(["sys", "yaml"])
    ['PyYAML']
    """
    owners = _owners()
    return sorted({owner for name in modules for owner in owners.get(name, [])})


def sources_below(folder: Path) -> list[Path]:
    """List the Python files that a process could run; not those built or installed, nor tests."""
    return [
        path
        for path in folder.rglob("*.py")
        if not any(
            part.startswith((".", "_build", "tests"))
            for part in path.relative_to(folder).parts
        )
    ]


def _digest(path: Path) -> str:
    if path.is_dir():
        return _digest_folder(path)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "missing"


def _digest_folder(folder: Path) -> str:
    """Digest what native code could read unseen, and which modules a page could import.

    Pages and catalogues are not read by cells; the contents of modules are watched one by one.
    """
    seen = {
        path.relative_to(folder).as_posix(): ""
        if path.suffix == ".py"
        else _digest(path)
        for path in files_below(folder)
        if path.suffix not in {".md", ".mo", ".po", ".pyc", ".rst"}
        and not any(
            part.startswith((".", "_"))
            for part in path.relative_to(folder).parts
        )
    }
    return hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest()


@cache
def installed_versions() -> dict[str, str]:
    """Return the version of every installed distribution."""
    # Of each distribution, its name and its version would be parsed out of all it says, twice.
    every = [each.metadata for each in distributions()]
    return {metadata["Name"]: metadata["Version"] for metadata in every}


@cache
def _owners() -> dict[str, list[str]]:
    return dict(packages_distributions())
