"""The messages between a build and the processes of its pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One output of a cell, as a notebook file stores it.
Output = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A code cell; `may_fail` is set by the tag "raises-exception"."""

    source: str
    may_fail: bool


@dataclass(frozen=True)
class Task:
    """What a page's process has to do: run `cells` in `folder`, with these variables and no others.

    Files below `root` are recorded by their names relative to it; `temporary` is a folder for those that
    the build removes.
    """

    cells: list[Cell]
    folder: Path
    root: Path
    temporary: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Used:
    """What a run used, by names below the root, and the top-level modules that it imported.

    It used the `files`, but for those `written` by itself. `sought` are the places where it looked for
    modules, such as `helper` for `helper.py`.
    """

    files: list[str]
    written: list[str]
    sought: list[str]
    modules: list[str]


@dataclass(frozen=True)
class Run:
    """The result of running a page: the outputs of its cells, up to one that failed.

    `used` is None for a process that did not come to its end.
    """

    outputs: list[list[Output]]
    used: Used | None
    seconds: float


def failed(cell: Cell, outputs: list[Output]) -> bool:
    """Return whether a cell raised an error that its tags do not allow."""
    return not cell.may_fail and any(
        output["output_type"] == "error" for output in outputs
    )


def error_output(error: Exception) -> Output:
    """Return an error as the output that a notebook file would store."""
    name, message = type(error).__name__, str(error)
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"{name}: {message}"],
    }
