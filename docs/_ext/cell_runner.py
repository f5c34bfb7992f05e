"""Run the code cells of one page, in a process that serves no other page.

The process is forked from one in which the heavy libraries have been imported. Inside, a kernel of
ipykernel runs the cells, so that they behave and print as in Jupyter, and what they use is watched:
the files that they open, and all modules that they import.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory, TemporaryFile
from typing import Any

from dependencies import FIXED, INFLUENCES

# Before anything that reads them is imported.
os.environ.update(FIXED)

import matplotlib.pyplot  # noqa: F401
import matplotlib_inline.backend_inline  # noqa: F401
import myst_nb  # noqa: F401
from ipykernel.inprocess.manager import InProcessKernelManager
from matplotlib.figure import Figure
from nbformat.v4 import new_output, output_from_msg
from traitlets.config import Config

from describe_figure import print_figure
from end_with_parent import end_with_parent
from page_process import Cell, Output, error_output, failed
from page_uses import used
from watch_process import watch_process

# What is imported stays, and TensorFlow is next: a sixth of its time would go into looking for garbage.
gc.disable()

# Beside the variables that are known to influence results.
NEEDED = {
    *("HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH"),
    *("TMPDIR", "XDG_CACHE_HOME"),
}
# What a reader of a finished page cannot see happen.
UPDATES = {"clear_output", "update_display_data"}
SHOWN = {"stream", "display_data", "execute_result", "error"}


class CellRunner:
    """A kernel in this process, and what native code writes past it."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InlineBackend.figure_formats = {"svg"}
        # The same drawing gives the same file in every build.
        config.InlineBackend.rc = {"svg.hashsalt": "linear-tutorial"}
        config.InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
        manager = InProcessKernelManager(config=config)
        manager.start_kernel()
        self._client = manager.client()
        self._client.allow_stdin = False
        self._client.start_channels()
        self._native = {name: _Redirected(fd) for fd, name in STREAMS.items()}

        # What a figure says of itself where it is not drawn is what its page promises. The backend
        # comes first, because it takes away what was registered for figures.
        shell = manager.kernel.shell
        shell.enable_matplotlib("inline")
        shell.display_formatter.formatters["text/plain"].for_type(
            Figure, print_figure
        )

    def run(self, source: str) -> list[Output]:
        """Run one cell and return its outputs, as a notebook file keeps them."""
        self._client.execute(source)
        messages = list(self._messages())
        outputs = [
            output_from_msg(message)
            for message in messages
            if message["msg_type"] in SHOWN
        ]
        if updates := {message["msg_type"] for message in messages} & UPDATES:
            error = NotImplementedError(f"{updates.pop()} in a page")
            outputs.append(error_output(error))
        for name, stream in self._native.items():
            if text := stream.take():
                outputs.append(new_output("stream", name=name, text=text))
        return _joined(outputs)

    def _messages(self) -> Iterator[dict[str, Any]]:
        channel = self._client.iopub_channel
        while channel.msg_ready():
            yield channel.get_msg()


def _joined(outputs: list[Output]) -> list[Output]:
    """Join the pieces of each stream; where ipykernel cut them depends on time."""
    joined: list[Output] = []
    streams: dict[str, Output] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            streams = {}
            joined.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
            joined.append(output)
    return joined


STREAMS = {1: "stdout", 2: "stderr"}


class _Redirected:
    """What is written to a file descriptor, by native code or by a process that a cell started."""

    def __init__(self, descriptor: int) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        self._taken = 0
        os.dup2(self._file.fileno(), descriptor)

    def take(self) -> str:
        """Return what was written since the last time."""
        length = os.fstat(self._file.fileno()).st_size
        text = os.pread(self._file.fileno(), length - self._taken, self._taken)
        self._taken = length
        return text.decode(errors="replace")


def main(
    results: Connection, cells: list[Cell], folder: Path, root: Path
) -> None:
    """Run cells in their page's folder, up to one that fails, and send the outputs of each.

    At the end follows what was used. The process ends with the one that started it.
    """
    end_with_parent()
    # From here on as usual, save that what was imported is not looked through, and so not copied.
    gc.freeze()
    gc.enable()
    # What is not looked at when outputs are found again must not reach them either.
    for name in set(os.environ) - NEEDED:
        if not name.startswith(INFLUENCES):
            del os.environ[name]
    runner = CellRunner()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    with NamedTemporaryFile("r", errors="surrogateescape") as journal:
        watch_process(journal.name)
        # Gone before it is asked what was used: what TensorFlow writes for itself is not.
        with TemporaryDirectory() as temporary:
            os.environ["TMPDIR"] = tempfile.tempdir = temporary
            for cell in cells:
                outputs = runner.run(cell.source)
                results.send(outputs)
                if failed(cell, outputs):
                    break
        results.send(used(journal.read(), root))
