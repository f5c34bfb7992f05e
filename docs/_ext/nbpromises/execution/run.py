"""Run the code cells of a page in a process of its own, forked from a fork server.

TensorFlow takes seconds to import. The fork server of the standard library imports it once, and each
page gets a copy of that process. Where forking is not safe (macOS), a page's process starts from
nothing: it takes longer, and its outputs are the same.
"""

import itertools
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

import psutil

from ..processes import end_group
from .child import main as page_process
from .messages import Output, Run, Task, Used, error_output

PROCESSES: Any = multiprocessing.get_context(
    "forkserver" if sys.platform == "linux" else "spawn"
)


_MEMORY = "was killed, as Linux does when memory runs out"
KILLED = {-9: f": it {_MEMORY}", 255: f": the fork server {_MEMORY}"}


def start_fork_server(
    environment: Mapping[str, str], preload: list[str]
) -> None:
    """Start the fork server with these variables; it imports the modules named in `preload`."""
    if PROCESSES.get_start_method() == "forkserver":
        kernel = f"{page_process.__package__}.kernel"
        PROCESSES.set_forkserver_preload([kernel, *preload])
        # Before Python 3.14, a fork server looks for these modules on its own path only.
        path = (
            f"{page_process.EXTENSIONS}{os.pathsep}{environment['PYTHONPATH']}"
        )
        with _environment({**environment, "PYTHONPATH": path}):
            forkserver.ensure_running()


@contextmanager
def without_main() -> Iterator[None]:
    """Let no process import the script that began the build, which would begin it again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    saved = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)


def _kill_with_children(pid: int) -> None:
    """Kill a process and all that it has started, such as a server that a page does not end."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error):
                each.kill()


def _arrives(results: Connection, timeout: float) -> bool:
    """Wait for a result; the time for which Ctrl-Z or a pause of the machine stops the build hardly counts."""
    if timeout < 0:
        return results.poll(None)
    seconds = itertools.repeat(1.0, int(timeout))
    return any(map(results.poll, seconds)) or results.poll(timeout % 1)


def kill_pages() -> None:
    """Kill the processes of all pages that run: Ctrl-C reaches the build alone."""
    for process in multiprocessing.active_children():
        if process.pid:
            _kill_with_children(process.pid)


def run_page(task: Task, timeout: float) -> Run:
    """Run the cells of a page; `timeout` is in seconds, for each cell; if it is negative, there is none.

    A cell that takes longer, or that ends the process, gets an error as its output.
    """
    start = time.monotonic()
    results, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(
        target=page_process.main, args=(sender, task), daemon=True
    )
    process.start()
    sender.close()
    outputs: list[list[Output]] = []
    used = None
    try:
        while used is None:
            if not _arrives(results, timeout):
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
        reason = KILLED.get(process.exitcode, "")
        died = ChildProcessError(
            f"the process ended with {process.exitcode}{reason}"
        )
        outputs.append([error_output(died)])
    finally:
        # Of one that has ended, the number may be another's by now.
        if process.exitcode is None:
            _kill_with_children(process.pid)
        else:
            end_group(process.pid)
        process.join()
        results.close()
    return Run(outputs, used, time.monotonic() - start)
