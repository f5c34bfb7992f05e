"""The notebooks of the built site, the cells of the pages, and what the pages used when they ran."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from nbpromises.cells import fences
from nbpromises.execution.dependencies import Dependencies
from nbpromises.execution.store import read_record
from support.commands import ROOT
from support.projects import DOCS, PAGES

# Of pages with code, there is one source in MyST; all others show what they say.
CODE_PAGES = [
    page
    for page in PAGES
    if (path := DOCS / f"{page}.md").exists()
    and "file_format: mystnb" in path.read_text(encoding="utf-8")
]
# In seconds, for each cell: only a cell that hangs takes so long, however busy the machine is.
TIMEOUT = 600
# The options of a cell, at its beginning in the page.
OPTIONS = re.compile(r"^(:.*\n)+")


@cache
def read_notebook(site: Path, language: str, page: str) -> NotebookNode:
    """Read the notebook of a page; only read what is returned."""
    return nbformat.read(site / language / f"{page}.ipynb", as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """List the code cells of a notebook.

    The first installs the package, and the last compares versions; the others are those of the page.
    """
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def promised_cells(page: str) -> list[tuple[str, str]]:
    """List the visible cells of a page's source, each with its promise, if it has one."""
    return [cell for cell in _cells(page) if not _is_hidden(cell[0])]


def hidden_cells(page: str) -> list[str]:
    """List the code of the cells of a page's source that its notebook lacks."""
    return [
        OPTIONS.sub("", source)
        for source, _ in _cells(page)
        if _is_hidden(source)
    ]


def _cells(page: str) -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for fence in fences((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if fence.name == "code-cell":
            cells.append((fence.content, ""))
        elif fence.name == "expected-output":
            cells[-1] = (cells[-1][0], fence.content)
    return cells


def _is_hidden(source: str) -> bool:
    return "remove-cell" in source


def dependencies(page: str) -> Dependencies:
    """Return what a page used in the run whose outputs the site shows: the last of its records in use."""
    folder = ROOT / "_build" / "executed"
    records = folder.glob(f"{page.replace('/', '-')}.*.json")
    record = read_record(max(records, key=lambda path: path.stat().st_atime_ns))
    assert record
    assert record.dependencies
    return record.dependencies


def printed(outputs: list[NotebookNode]) -> str:
    """Return what cells print; TensorFlow writes its log to stderr."""
    return "".join(
        output["text"]
        if output["output_type"] == "stream"
        else output["data"]["text/plain"] + "\n"
        for output in outputs
        if output.get("name") != "stderr"
    )


def promised_numbers(last_cell: str) -> list[str]:
    """Return the lines of a last cell with the numbers that the book prints."""
    return re.findall(r"^[0-9a-f]{8} .*", last_cell, re.MULTILINE)


def execute_in_jupyter(
    notebook: NotebookNode, folder: Path, **environment: str
) -> None:
    """Execute a notebook in the kernel that it names; an error of a cell is raised here."""
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        startup_timeout=TIMEOUT,
        iopub_timeout=TIMEOUT,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "IPYTHONDIR": str(folder), **environment})
