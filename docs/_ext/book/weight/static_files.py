"""Find the static files that pages load, and remove the others."""

from pathlib import Path

from nbpromises.execution.dependencies import files_below


def named_files(folder: Path, text: str) -> set[Path]:
    """Return the files whose names stand in a text, or in a script or style sheet found so.

    Source maps are left out: they are the theme's largest files, and only debuggers load them.
    """
    files = {path for path in files_below(folder) if path.suffix != ".map"}
    named: set[Path] = set()
    while new := {path for path in files - named if path.name in text}:
        named |= new
        text = "\n".join(
            path.read_text(encoding="utf-8")
            for path in new
            if path.suffix in {".css", ".js"}
        )
    return named


def keep_only(folder: Path, files: set[Path]) -> None:
    """Remove all other files below a folder, and then the folders that are empty."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path not in files:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
