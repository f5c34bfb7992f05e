"""The notebooks of the built site, and a process that runs their cells against an installed wheel."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nbpromises.cells import fences
from nbpromises.execution.messages import Cell, Run, Task
from nbpromises.execution.run import run_page, start_fork_server
from nbpromises.execution.surroundings import page_environment
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


@cache
def read_notebook(site: Path, language: str, page: str) -> NotebookNode:
    """Read the notebook of a page; only read what is returned."""
    return nbformat.read(site / language / f"{page}.ipynb", as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """List the code cells of a notebook, the first of which installs the package."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def promised_cells(page: str) -> list[tuple[str, str]]:
    """List the visible cells of a page's source, each with its promise, if it has one."""
    cells: list[tuple[str, str]] = []
    for fence in fences((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if fence.name == "code-cell":
            cells.append((fence.content, ""))
        elif fence.name == "expected-output":
            cells[-1] = (cells[-1][0], fence.content)
    return [cell for cell in cells if "remove-cell" not in cell[0]]


class Runner:
    """Runs cells where the package comes from a folder in which it is installed, page after page.

    A process of its own has the fork server: those of other tests in this process load other
    libraries, and know the folder of the project.
    """

    def __init__(self, installed: Path) -> None:
        settings = runpy.run_path(str(ROOT / "conf.py"))
        self._environment = page_environment(
            os.environ,
            settings["nbpromises_environment"],
            settings["nbpromises_watched_variables"],
            path=[installed],
        )
        self._installed = installed
        self._pool = ProcessPoolExecutor(
            1,
            multiprocessing.get_context("spawn"),
            start_without_project,
            (self._environment, settings["nbpromises_preload"]),
        )

    def run(self, sources: list[str], folder: Path) -> Run:
        """Run cells in a folder."""
        cells = [Cell(source, may_fail=False) for source in sources]
        task = Task(cells, folder, self._installed, self._environment)
        return self._pool.submit(run_page, task, TIMEOUT).result()

    def end(self) -> None:
        """Run nothing more."""
        self._pool.shutdown()


def start_without_project(
    environment: dict[str, str], preload: list[str]
) -> None:
    """Start the fork server of a process that forgets where the project and its tests are."""
    forgotten = {ROOT, ROOT / "tests"}
    sys.path[:] = [
        path for path in sys.path if Path(path).resolve() not in forgotten
    ]
    start_fork_server(environment, preload)
