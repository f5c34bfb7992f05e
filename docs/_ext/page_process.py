"""Run the code cells of a page in a process of its own, forked from one that is ready.

TensorFlow takes seconds to import. So it is imported once, in the standard library's fork server, and
each page gets a copy of that process. Where forking is not safe, a page's process begins from
nothing: slower, but with the same outputs.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from silent_stderr import silent_stderr

PROCESSES = multiprocessing.get_context(
    "forkserver" if sys.platform == "linux" else "spawn"
)

# One output, as a notebook file keeps it.
Output = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A code cell; one that may fail does not end the run when it does."""

    source: str
    may_fail: bool


@dataclass(frozen=True)
class Used:
    """What a run used: files by their names below the root, modules by their top-level names."""

    files: list[str]
    modules: list[str]


@dataclass(frozen=True)
class Run:
    """What came of running a page: the outputs of its cells, up to one that failed.

    What was used is not known of a process that did not come to its end.
    """

    outputs: list[list[Output]]
    used: Used | None
    seconds: float


def prepare(root: Path, preload: list[str]) -> None:
    """Start the process that pages are forked from; it imports the modules named in `preload`.

    Pages and the processes that they start find what can be imported from `root`.
    """
    here = Path(__file__).parent
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), str(here)])
    if PROCESSES.get_start_method() == "forkserver":
        PROCESSES.set_forkserver_preload(["cell_runner", *preload])
        # What the process and its copies say reaches nobody: TensorFlow's log lines.
        with silent_stderr():
            forkserver.ensure_running()


def run_page(
    cells: list[Cell], folder: Path, root: Path, timeout: float
) -> Run:
    """Run cells in `folder`; one that takes longer than `timeout` seconds is an error.

    So is one that ends the process. What is used of the files below `root` is noted.
    """
    start = time.monotonic()
    results, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(
        target=_in_child, args=(sender, cells, folder, root), daemon=True
    )
    process.start()
    sender.close()
    outputs: list[list[Output]] = []
    used = None
    try:
        while used is None:
            if not results.poll(timeout):
                raise TimeoutError(f"no result after {timeout:g} s")
            result = results.recv()
            if isinstance(result, Used):
                used = result
            else:
                outputs.append(result)
    except TimeoutError as error:
        outputs.append([error_output(error)])
    except EOFError:
        process.join()
        died = ChildProcessError(f"the process ended with {process.exitcode}")
        outputs.append([error_output(died)])
    finally:
        process.kill()
        process.join()
        results.close()
    return Run(outputs, used, time.monotonic() - start)


def failed(cell: Cell, outputs: list[Output]) -> bool:
    """Tell whether a cell raised that should not."""
    return not cell.may_fail and any(
        output["output_type"] == "error" for output in outputs
    )


def _in_child(
    results: Connection, cells: list[Cell], folder: Path, root: Path
) -> None:
    try:
        # Only here, where it is loaded already: a build itself never imports TensorFlow.
        import cell_runner

        cell_runner.main(results, cells, folder, root)
    except Exception as error:
        results.send([error_output(error)])


def error_output(error: Exception) -> Output:
    """Return what a notebook shows of an error."""
    name, message = type(error).__name__, str(error)
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"{name}: {message}"],
    }
