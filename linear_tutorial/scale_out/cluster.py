"""A cluster on this machine: start its workers, wait for them, and leave none running."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

_HOST = "127.0.0.1"
# The leader of the workers' process group. It kills the group at the end of its input: the kernel
# closes this pipe when the process that started the cluster ends, in whatever way.
_GUARD = [
    sys.executable,
    "-c",
    "import os, signal, sys; sys.stdin.read(); os.killpg(0, signal.SIGKILL)",
]
# Seconds that the other workers have to end by themselves after one has failed. TensorFlow notices the
# failure after ten; the rest is for a processor that many processes share.
_GRACE_PERIOD = 60.0


class _Copy:
    """A worker that is a copy of the prepared process; it can be asked what a `Popen` can."""

    def __init__(self, prepared: "_Prepared", pid: int) -> None:
        self._prepared = prepared
        self._pid = pid

    def poll(self) -> int | None:
        self._prepared.listen(0)
        return self._prepared.ended.get(self._pid)

    def wait(self) -> int:
        while (status := self.poll()) is None:
            self._prepared.listen(0.05)
        return status


class _Prepared:
    """A process that has imported TensorFlow, and forks workers; see `copies.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", f"{__package__}.copies"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        # Of the two pipes: clusters may run in several threads.
        self._lock = threading.RLock()
        self._said = b""
        self._forked: list[int] = []
        self.ended: dict[int, int] = {}

    def runs(self) -> bool:
        return self._process.poll() is None

    def start(self, job: dict[str, object]) -> _Copy:
        assert self._process.stdin  # noqa: S101
        with self._lock:
            self._process.stdin.write(f"{json.dumps(job)}\n".encode())
            self._process.stdin.flush()
            while not self._forked:
                self.listen(None)
            return _Copy(self, self._forked.pop())

    def listen(self, seconds: float | None) -> None:
        """Take in what the process has said; wait for it, for ever if `seconds` is `None`."""
        assert self._process.stdout  # noqa: S101
        output = self._process.stdout.fileno()
        with self._lock:
            while select.select([output], [], [], seconds)[0]:
                said = os.read(output, 4096)
                if not said:
                    raise ChildProcessError("the prepared process has ended")
                *lines, self._said = (self._said + said).split(b"\n")
                for word, pid, *status in map(bytes.split, lines):
                    if word == b"forked":
                        self._forked.append(int(pid))
                    else:
                        self.ended[int(pid)] = int(*status)
                seconds = 0


_prepared: _Prepared | None = None


def prepare_workers() -> None:
    """Import TensorFlow in another process, of which later workers are copies.

    Workers that are run with this Python, as ``[sys.executable, "-m", module, ...]`` or with ``-c`` and
    code, need not import TensorFlow again then. The process ends with this one.

    Returns:
        Nothing, at once; the import goes on in the background.

    Example:
        >>> import sys
        >>> prepare_workers()
        >>> command = [sys.executable, "-c", "import sys; print('tensorflow' in sys.modules)"]
        >>> run_workers([command])[0].output
        'True\\n'
    """
    global _prepared
    if not (_prepared and _prepared.runs()):
        _prepared = _Prepared()


@dataclass(frozen=True)
class CompletedWorker:
    """The result of a worker that has ended.

    Attributes:
        status: The exit status: 0 for success, the negative number of the signal that killed the
            worker, or `None` if it did not end in time and was stopped.
        output: The text that it wrote to stdout.
        log: The text that it wrote to stderr, which includes the log of TensorFlow.
    """

    status: int | None
    output: str
    log: str

    @property
    def outcome(self) -> str:
        """How the worker ended, in words."""
        if self.status is None:
            return "did not end in time and was stopped"
        if self.status < 0:
            return f"was killed by {signal.Signals(-self.status).name}"
        return f"ended with status {self.status}"


class WorkersFailedError(ChildProcessError):
    """At least one worker of a cluster failed; the message contains all logs.

    Attributes:
        workers: The results of all workers, in the order of their commands.
    """

    def __init__(self, workers: list[CompletedWorker]) -> None:
        logs = "".join(
            f"--- The log of worker {index} ends with ---\n{worker.log[-4000:]}\n"
            for index, worker in enumerate(workers)
        )
        # At the end, because the last line of a traceback is read first.
        outcomes = "; ".join(
            f"worker {index} {worker.outcome}"
            for index, worker in enumerate(workers)
        )
        super().__init__(f"\n{logs}{outcomes}")
        self.workers = workers

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Return how to make it again, as `multiprocessing` does; its message is no argument."""
        return type(self), (self.workers,)


def free_ports(
    count: int, candidates: Sequence[int] = range(20_000, 30_000)
) -> list[int]:
    """Find ports on this machine that no program listens on.

    Args:
        count: The number of ports; at least 1.
        candidates: The ports to choose from, at random. The default lies below the ephemeral
            ports, so the system assigns none of them before a worker opens it.

    Returns:
        The ports, all different.

    Raises:
        OSError: If fewer than `count` of the candidates are free.

    Example:
        >>> len(set(free_ports(3)))
        3
    """
    # Forked processes share the state of `random`; `SystemRandom` has none.
    shuffled = SystemRandom().sample(candidates, len(candidates))
    ports = list(islice(filter(_is_free, shuffled), count))
    if len(ports) < count:
        raise OSError(
            f"{count} free ports are needed, but of {candidates!r} only {ports} are free"
        )
    return ports


def run_workers(
    commands: Sequence[Sequence[str]], *, timeout: float = 540.0
) -> list[CompletedWorker]:
    """Run commands as the workers of one cluster, and wait until all have ended.

    `TF_CONFIG` describes the cluster to each command, and no command sees a GPU. All processes end
    with this call, or with the process that makes it.

    Args:
        commands: One command for each worker, with its arguments.
        timeout: The time in seconds after which the remaining workers are stopped; shorter if one
            has failed.

    Returns:
        The results of the workers, in the same order.

    Raises:
        ValueError: If a command is empty, or text instead of a list.
        WorkersFailedError: If a worker does not end with status 0; the message contains all logs.

    Example:
        >>> import sys
        >>> command = [sys.executable, "-c", "import os; print('TF_CONFIG' in os.environ)"]
        >>> [worker.output for worker in run_workers([command, command])]
        ['True\\n', 'True\\n']
    """
    for command in commands:
        if isinstance(command, str) or not command:
            raise ValueError(
                "commands must be lists, each with a program and its arguments, "
                f"but one is {command!r}"
            )
    addresses = [f"{_HOST}:{port}" for port in free_ports(len(commands))]
    processes: list[subprocess.Popen[bytes] | _Copy] = []
    with TemporaryDirectory() as folder:
        files = [Path(folder, str(index)) for index in range(len(commands))]
        guard = subprocess.Popen(  # noqa: S603
            _GUARD, stdin=subprocess.PIPE, process_group=0
        )
        try:
            for index, command in enumerate(commands):
                config = {
                    "cluster": {"worker": addresses},
                    "task": {"type": "worker", "index": index},
                }
                processes.append(
                    _start(command, config, files[index], guard.pid)
                )
            _wait(processes, timeout)
            workers = [
                CompletedWorker(
                    process.poll(),
                    _read(file.with_suffix(".out")),
                    _read(file.with_suffix(".log")),
                )
                for process, file in zip(processes, files, strict=True)
            ]
        finally:
            os.killpg(guard.pid, signal.SIGKILL)
            guard.communicate()
            for process in processes:
                process.wait()
    if any(worker.status != 0 for worker in workers):
        raise WorkersFailedError(workers)
    return workers


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            # On all interfaces, like TensorFlow's server.
            listener.bind(("", port))
        except OSError:
            return False
    return True


def _start(
    command: Sequence[str], config: dict[str, object], file: Path, group: int
) -> "subprocess.Popen[bytes] | _Copy":
    program, *arguments = [str(part) for part in command]
    environment = {
        **os.environ,
        "TF_CONFIG": json.dumps(config),
        # Workers connect without a proxy, and cannot share a GPU.
        "no_grpc_proxy": _HOST,
        "CUDA_VISIBLE_DEVICES": "",
        # Jupyter asks all programs for colours, but a log is shown as text.
        "NO_COLOR": "1",
    }
    out_file, log_file = file.with_suffix(".out"), file.with_suffix(".log")
    with out_file.open("wb") as output, log_file.open("wb") as log:
        is_python = program == sys.executable and arguments[:1] in (
            ["-c"],
            ["-m"],
        )
        if is_python and len(arguments) > 1 and _prepared and _prepared.runs():
            return _prepared.start(
                {
                    "arguments": arguments,
                    "folder": str(Path.cwd()),
                    "environment": environment,
                    "output": str(out_file),
                    "log": str(log_file),
                    "group": group,
                }
            )
        return subprocess.Popen(  # noqa: S603
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            process_group=group,
        )


def _wait(
    processes: list[subprocess.Popen[bytes] | _Copy], timeout: float
) -> None:
    """Wait until all processes have ended, at most for `timeout` seconds."""
    deadline = time.monotonic() + timeout
    one_failed = False
    while time.monotonic() < deadline:
        statuses = [process.poll() for process in processes]
        if None not in statuses:
            break
        if any(statuses) and not one_failed:
            one_failed = True
            deadline = min(deadline, time.monotonic() + _GRACE_PERIOD)
        time.sleep(0.05)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
