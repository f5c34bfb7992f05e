"""Copies of the project, and what is compared of two built sites."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
from pathlib import Path

from nbpromises.execution.dependencies import files_below
from support.commands import ROOT, run

DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in DOCS.rglob("*")
    if path.suffix in {".md", ".rst"}
    and not path.relative_to(DOCS).parts[0].startswith("_")
)


def copy_sources(target: Path) -> None:
    """Make all files of the project that are not generated the same in a copy."""
    listed = run(
        *["git", "ls-files", "-z"],
        *["--cached", "--others", "--exclude-standard"],
    )
    assert listed.returncode == 0, listed.stderr
    for name in filter(None, listed.stdout.split("\0")):
        original, copy = ROOT / name, target / name
        if not original.exists():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or not filecmp.cmp(original, copy, shallow=False):
            shutil.copyfile(original, copy)


TIME_LABELS = "time per step (fastest = 1)", "每步用时（最快 = 1）"


def prepare_copy(target: Path) -> None:
    """Copy the project without anything that was built, but with its environment."""
    copy_sources(target)
    (target / ".venv").symlink_to(ROOT / ".venv")


def edit(project: Path, name: str, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file."""
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def contents(site: Path) -> dict[str, bytes]:
    """Read all files of a site, without times that were measured.

    Keras prints some, and the page about speed; the name of a drawing of times is a digest of its
    content.
    """
    files = {
        path.relative_to(site).as_posix(): _without_drawn_times(path)
        for path in files_below(site)
    }
    drawings = {
        Path(name).stem
        for name, content in files.items()
        if name.endswith(".svg") and _shows_times(content.decode())
    }
    # Right-aligned in tables; a notebook writes the micro sign as an escape.
    times = r" *\d[\d.]* ?(?:m|µ|\\u00b5)?s\b(/step)?"
    # What is searched holds times as well; pages name its digest.
    digest = r"(?<=search-data\.js\?v=)\w+"
    measured = "|".join([times, digest, *drawings]).encode()
    return {
        re.sub(measured, b"", name.encode()).decode(): (
            b""
            if Path(name).stem in drawings
            else re.sub(measured, b"", content)
        )
        for name, content in files.items()
    }


def _shows_times(drawing: str) -> bool:
    """Return whether a drawing has the axis of the figure of times, in either language."""
    return any(label in drawing for label in TIME_LABELS)


def _without_drawn_times(path: Path) -> bytes:
    """Read a file; if it is a notebook, without its drawings of times."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            drawing = data.get("image/svg+xml", [])
            if _shows_times("".join(drawing)):
                # Its description has them, too.
                data.clear()
    return json.dumps(notebook).encode()
