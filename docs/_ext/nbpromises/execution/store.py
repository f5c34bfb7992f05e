"""The folder of records: the outputs of pages, kept for as long as they are true.

Each run has one file, named after the page and a digest of its cells. The file begins with a digest
of the rest, so that a damaged file counts as none.
"""

import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from .dependencies import Dependencies, Project
from .messages import Cell, Output


@dataclass(frozen=True)
class Page:
    """A page with code cells."""

    docname: str
    path: Path
    cells: list[Cell]

    @property
    def name(self) -> str:
        """The beginning of the names of its files, which may have at most 255 bytes."""
        return self.docname.replace("/", "-")[:50]

    @property
    def digest(self) -> str:
        """A digest of the page's name and cells; prose does not count."""
        content = repr((self.docname, self.cells))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Record:
    """The outputs of a page's cells, and what they depend on.

    A run whose outputs may not be used again has no dependencies; `doubt` says why. The time when it
    was `started`, in nanoseconds, lets each run have another record.
    """

    outputs: list[list[Output]]
    dependencies: Dependencies | None
    started: int
    doubt: str = ""


def read_record(path: Path) -> Record | None:
    """Read a record, or return None if it is missing, damaged or of another version of this package."""
    try:
        digest, body = path.read_text(encoding="utf-8").split("\n", 1)
        if digest != _digest(body):
            return None
        content = json.loads(body)
        if content["dependencies"]:
            content["dependencies"] = Dependencies(**content["dependencies"])
        return Record(**content)
    except (KeyError, OSError, TypeError, ValueError):
        return None


class RecordStore:
    """The records of all pages, in one folder."""

    # Enough for a change of branch and back to execute nothing.
    LIMIT = 200

    def __init__(
        self,
        folder: Path,
        project: Project,
        older: Collection[Path] | None = None,
    ) -> None:
        self._folder = folder
        self._project = project
        # The records that were there when this build began; all that are there now, if nothing else is said.
        self._older = older

    def find(self, page: Page) -> tuple[Path | None, str]:
        """Return the file of a record that holds, or None and why the page must be executed."""
        paths = [
            path
            for path in self._by_last_use()
            if path.name.startswith(f"{page.name}.")
        ]
        candidates = {
            path: self.differences(path)
            for path in paths
            if path.name.startswith(f"{page.name}.{page.digest}.")
        }
        if not candidates:
            return None, "its cells changed" if paths else "first time"
        path = min(candidates, key=lambda path: len(candidates[path]))
        if candidates[path]:
            return None, ", ".join(candidates[path])
        path.touch()
        return path, ""

    def differences(self, path: Path) -> list[str]:
        """Name why a record does not hold; it does if there is nothing to name."""
        record = read_record(path)
        if record is None:
            return ["its record was damaged"]
        if record.dependencies is None:
            # If another edition's build has just written it, once more would lead to the same.
            is_older = self._older is None or path in self._older
            return [record.doubt] if is_older else []
        then = record.dependencies
        now = self._project.observe(then.files, then.versions, then.sought)
        return then.differences(now)

    def save(self, page: Page, record: Record) -> Path:
        """Write a record atomically, and return its file."""
        # In ASCII, because names of files may not be valid in any encoding.
        body = json.dumps(asdict(record))
        digest = _digest(body)
        name = f"{page.name}.{page.digest}.{digest[:16]}.json"
        path = self._folder / name
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(f"{digest}\n{body}", encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105
        return path

    def clean_up(self, in_use: Collection[Path]) -> None:
        """Remove what a killed build left, and of other records all but those that were used last."""
        for path in self._folder.glob("*.unfinished"):
            path.unlink()
        for path in self._by_last_use()[self.LIMIT :]:
            if path not in in_use:
                path.unlink()

    def _by_last_use(self) -> list[Path]:
        records = self._folder.glob("*.json")
        return sorted(
            records, key=lambda each: each.stat().st_mtime, reverse=True
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
