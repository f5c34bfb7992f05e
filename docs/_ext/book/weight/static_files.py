"""Find the static files that pages load, and remove the others."""

from collections.abc import Iterable
from pathlib import Path


def files_below(folder: Path, pattern: str = "*") -> set[Path]:
    """Return the files in a folder and its subfolders."""
    return {path for path in folder.rglob(pattern) if path.is_file()}


def named_files(folder: Path, text: str) -> set[Path]:
    """Return the files whose names stand in a text, or in a script or style sheet found so.

    Source maps are left out: they are the theme's largest files, and only debuggers load them.
    """
    unseen = {path for path in files_below(folder) if path.suffix != ".map"}
    named: set[Path] = set()
    while new := {path for path in unseen if path.name in text}:
        named |= new
        unseen -= new
        text = "\n".join(
            path.read_text(encoding="utf-8")
            for path in new
            if path.suffix in {".css", ".js"}
        )
    return named


def remove_files(folder: Path, files: Iterable[Path]) -> None:
    """Remove files below a folder, and the subfolders that are empty afterwards."""
    for path in files:
        path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
