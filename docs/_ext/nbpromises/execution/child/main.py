"""The entry of a page's process; the build imports this module too, but not the kernel."""

import gc
import os
import shutil
import sys
import sysconfig
import tempfile
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from ...processes import adopt_orphans, end_with_parent, freeze_gc
from ..messages import Task, error_output, failed
from .watch import watch_process

EXTENSIONS = Path(__file__).parents[3]


def main(results: Connection, task: Task) -> None:
    """Run cells in their page's folder, up to one that fails, and send the outputs of each.

    What was used is sent last.
    """
    # In a group of its own, which can be ended as a whole; Ctrl-C reaches the build, which kills the page.
    os.setsid()
    end_with_parent()
    adopt_orphans()
    # What the fork server's modules have printed while they were imported is no output of the page.
    sys.stdout.flush()
    # What a page prints must not depend on the width of the terminal in which the build was started.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    freeze_gc()
    gc.enable()
    # Matplotlib sets it, in the fork server, to a temporary folder if it cannot write below HOME.
    cache = os.environ.get("MPLCONFIGDIR")
    os.environ.clear()
    os.environ.update(task.environment)
    if cache:
        os.environ["MPLCONFIGDIR"] = cache
    try:
        run_cells(results, task)
    except Exception as error:
        results.send([error_output(error)])


def run_cells(results: Connection, task: Task) -> None:
    """Run cells and send their outputs; what they use is watched."""
    # Loaded already in a process that was forked.
    from .journal import read_journal
    from .kernel import Kernel

    kernel = Kernel()
    os.chdir(task.folder)
    sys.path[:] = [str(task.folder), str(task.root), *_without_extensions()]
    journal = task.temporary / "journal"
    journal.touch()
    watch_process(str(journal))
    # A short name, because that of a socket may have about 100 bytes.
    temporary = task.temporary / "t"
    temporary.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    for cell in task.cells:
        outputs = kernel.run(cell.source)
        results.send(outputs)
        if failed(cell, outputs):
            break
    # Before the journal is read: files that the page wrote there are not its sources.
    shutil.rmtree(temporary, ignore_errors=True)
    noted = journal.read_text(encoding="utf-8", errors="surrogateescape")
    results.send(read_journal(noted, task.root))
    # The build ends this process, and those that it has started.
    threading.Event().wait()


def _without_extensions() -> list[str]:
    """Return the module search path without the folder of this package, unless it is installed."""
    if Path(sysconfig.get_path("purelib")) == EXTENSIONS:
        return sys.path
    return [path for path in sys.path if Path(path).resolve() != EXTENSIONS]
