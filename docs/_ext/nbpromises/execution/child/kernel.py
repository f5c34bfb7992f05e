"""A kernel of ipykernel in this process: cells behave and print as in Jupyter.

The fork server imports this module before it forks, with the heavy libraries of the site.
"""

import os
from codecs import getincrementaldecoder
from importlib import import_module
from importlib.util import find_spec
from tempfile import TemporaryFile
from threading import Event, Lock
from typing import Any
from warnings import catch_warnings

from ipykernel.inprocess.manager import InProcessKernelManager
from nbformat.v4 import new_output, output_from_msg
from traitlets.config import Config

from ...processes import freeze_gc
from ...terminal import cursor_moves, shown
from ..messages import Output, error_output
from . import journal  # noqa: F401

# The heavy libraries are imported next; collections would take a sixth of TensorFlow's import.
freeze_gc()
# No setting of TensorFlow prevents all log lines that its native code writes during the import.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

# What a kernel imports when it starts, and what nbformat compiles for the first output: once, here.
for name in (
    "IPython.core.magics.execution",
    "ipykernel.debugger",
    "ipykernel.inprocess.ipkernel",
):
    import_module(name)
new_output("stream")

HAS_MATPLOTLIB = find_spec("matplotlib") is not None
if HAS_MATPLOTLIB:
    import_module("matplotlib.pyplot")
    import_module("matplotlib_inline.backend_inline")
    # Whatever a matplotlibrc says in the folder where the build was started, and without the user's own styles.
    import_module("matplotlib").rcdefaults()
    styles = import_module("matplotlib.style")
    # Until matplotlib 3.10, they were in `core`.
    getattr(styles, "core", styles).USER_LIBRARY_PATHS.clear()
    styles.reload_library()

    from ... import describe

FONTS = ["DejaVu Sans", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"]
# They change an output that is shown already, which no reader of a finished page can see.
UPDATES = {"clear_output", "update_display_data"}
SHOWN = {"stream", "display_data", "execute_result", "error"}
REMEDY = "print lines instead, as with verbose=2"
STREAMS = {1: "stdout", 2: "stderr"}


class Kernel:
    """A kernel in this process, with the text that native code writes past it."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        # The kernel in the same process cannot wait; the error would say nothing but "Empty".
        config.InteractiveShell.autoawait = False
        config.InlineBackend.figure_formats = {"svg"}
        config.InlineBackend.rc = {
            # The same drawing gives the same file in every build.
            "svg.hashsalt": "nbpromises",
            # Text stays text, which is lighter than its outlines, and can be translated. The fonts are the
            # reader's. Its space is that of the first, which comes with matplotlib, and is wider than the rest.
            "svg.fonttype": "none",
            "font.sans-serif": FONTS,
        }
        config.InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
        manager = InProcessKernelManager(config=config)
        manager.start_kernel()
        self._client = manager.client()
        self._client.allow_stdin = False
        self._client.start_channels()
        self._native = {name: _Redirected(fd) for fd, name in STREAMS.items()}
        kernel: Any = manager.kernel
        self._iopub_thread = kernel.iopub_thread
        for name, native in self._native.items():
            _send_in_its_place(native, getattr(kernel, name))
        if HAS_MATPLOTLIB:
            _describe_figures(kernel)

    def run(self, source: str) -> list[Output]:
        """Run one cell and return its outputs, as a notebook file stores them."""
        self._client.execute(source)
        # Outputs are sent in a thread of ipykernel's, in order: this event comes behind the last of them.
        sent = Event()
        self._iopub_thread.schedule(sent.set)
        sent.wait()
        channel = self._client.iopub_channel
        outputs = []
        while channel.msg_ready():
            message = channel.get_msg()
            if message["msg_type"] in SHOWN:
                outputs.append(output_from_msg(message))
            elif message["msg_type"] in UPDATES:
                said = f"{message['msg_type']} in a page; {REMEDY}"
                outputs.append(error_output(NotImplementedError(said)))
        for name, stream in self._native.items():
            if text := stream.take(final=True):
                outputs.append(new_output("stream", name=name, text=text))
        outputs = _joined(outputs)
        for output in [*outputs]:
            if output["output_type"] == "stream":
                if moves := cursor_moves(output["text"]):
                    message = (
                        f"the output moves the cursor by {moves[0]!r}; {REMEDY}"
                    )
                    outputs.append(error_output(NotImplementedError(message)))
                output["text"] = shown(output["text"])
        return outputs


def _describe_figures(kernel: Any) -> None:
    """Let the text of a figure be its description, which a page can promise."""
    # Its warnings are not the page's, and PYTHONWARNINGS could make them errors.
    with catch_warnings(action="ignore"):
        kernel.shell.enable_matplotlib("inline")
    figure = import_module("matplotlib.figure").Figure
    # A formatter would be removed by `%config InlineBackend.figure_formats`.
    figure._repr_pretty_ = describe.print_figure


def _joined(outputs: list[Output]) -> list[Output]:
    """Join the pieces of each stream, stdout before stderr; where and when ipykernel cuts them depends on time."""
    joined: list[Output] = []
    streams: dict[str, Output] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined += [*_in_order(streams), output]
            streams = {}
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
    return [*joined, *_in_order(streams)]


def _in_order(streams: dict[str, Output]) -> list[Output]:
    return [streams[name] for name in STREAMS.values() if name in streams]


class _Redirected:
    """What native code, or a process that a cell started, writes to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        self._taken = 0
        # A process may have written a part of a letter.
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._lock = Lock()
        os.dup2(self._file.fileno(), descriptor)

    def take(self, *, final: bool = False) -> str:
        """Return what was written since the last call; what ends within a letter waits for the `final` one."""
        with self._lock:
            length = os.fstat(self._file.fileno()).st_size
            new = length - self._taken
            text = os.pread(self._file.fileno(), new, self._taken)
            self._taken = length
            return self._decoder.decode(text, final)


def _send_in_its_place(native: _Redirected, stream: Any) -> None:
    """Let a stream of ipykernel send what was written past it before what is written to it next.

    So what a process prints that a cell starts stands where a terminal would show it.
    """
    write, flush = stream.write, stream.flush

    def send_native() -> None:
        if text := native.take():
            write(text)

    def write_next(text: str) -> Any:
        send_native()
        return write(text)

    def flush_all() -> None:
        send_native()
        flush()

    stream.write, stream.flush = write_next, flush_all
