"""The folder that keeps the outputs of pages, and gives them back for as long as they are true.

Each run has one file, named after the page's cells. It begins with a digest of the rest, so that a
damaged file counts as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from dependencies import Dependencies
from page_process import Output


@dataclass(frozen=True)
class Record:
    """The outputs of a page's cells, and for how long they are true.

    Those of a run that failed have no dependencies: they are shown once and never found again.
    """

    outputs: list[list[Output]]
    dependencies: Dependencies | None

    def holds(self, root: Path) -> bool:
        """Tell whether the page would print the same today; `root` is the project's folder."""
        return self.dependencies is not None and self.dependencies.hold(root)


def read_record(path: Path) -> Record | None:
    """Read a record; one that is damaged or gone is none."""
    try:
        digest, body = path.read_text(encoding="utf-8").split("\n", 1)
    except (OSError, ValueError):
        return None
    if digest != _digest(body):
        return None
    content = json.loads(body)
    dependencies = content["dependencies"]
    return Record(
        content["outputs"],
        dependencies and Dependencies(**dependencies),
    )


class OutputStore:
    """The records of all pages, below one folder."""

    # So many that a change of branch and back executes nothing.
    LIMIT = 200

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder
        self._root = root

    def find(self, cells: str) -> Path | None:
        """Return the file of a record that holds, if there is one; `cells` is a digest."""
        for path in sorted(
            self._folder.glob(f"{cells}-*.json"), key=_made, reverse=True
        ):
            record = read_record(path)
            if record and record.holds(self._root):
                # It was used now, and made when it was made.
                os.utime(path, ns=(time.time_ns(), _made(path)))
                return path
        return None

    def save(self, cells: str, record: Record) -> Path:
        """Write a record, whole or not at all, and return its file."""
        body = json.dumps(asdict(record), ensure_ascii=False)
        digest = _digest(body)
        path = self._folder / f"{cells}-{digest[:16]}.json"
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(f"{digest}\n{body}", encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105
        return path

    def clean_up(self) -> None:
        """Remove what a killed build left, and the records that were not used for longest."""
        for path in self._folder.glob("*.unfinished"):
            path.unlink()
        by_use = sorted(self._folder.glob("*.json"), key=_used, reverse=True)
        for path in by_use[self.LIMIT :]:
            path.unlink()


def _made(path: Path) -> int:
    return path.stat().st_mtime_ns


def _used(path: Path) -> int:
    return path.stat().st_atime_ns


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
