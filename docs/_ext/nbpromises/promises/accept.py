"""Rewrite promises to what the code printed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """Replace the lines of a source from `first` up to, not including, `end` by `text`."""

    first: int
    end: int
    text: str


def with_edits(source: str, edits: list[Edit]) -> str:
    """Apply edits to a text by position, the last one first, so that none moves the lines of another.

    >>> with_edits("a\\nb\\nc\\n", [Edit(1, 2, "A\\n"), Edit(3, 4, "")])
    'A\\nb\\n'
    """
    lines = source.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        lines[edit.first - 1 : edit.end - 1] = [edit.text]
    return "".join(lines)


def rewrite(page: Path, edits: list[Edit]) -> None:
    """Apply edits to the source of a page."""
    # Line ends as they are; read_text and write_text would translate them.
    text = page.read_bytes().decode()
    edited = with_edits(text.replace("\r\n", "\n"), edits)
    end = "\r\n" if "\r\n" in text else "\n"
    page.write_bytes(edited.replace("\n", end).encode())
