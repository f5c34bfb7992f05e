"""A cluster on this machine: start its workers, wait for them a bounded time, leave none behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

_HOST = "127.0.0.1"
# Kills the process group that it leads, to which the workers belong, when this process is gone:
# then the pipe is closed, however this process came to its end.
_GUARD = [
    sys.executable,
    "-c",
    "import os, signal, sys; sys.stdin.read(); os.killpg(0, signal.SIGKILL)",
]
# When a worker has failed, the others have this many seconds to notice by themselves, for which
# TensorFlow takes ten, and to end, which takes long where many processes share a processor.
_PATIENCE = 60.0


@dataclass(frozen=True)
class EndedWorker:
    """What is left of a worker.

    Attributes:
        status: The exit status: 0 if all went well, negative if a signal of that number killed
            the worker, `None` if it had to be stopped because it did not end.
        output: What it printed.
        log: What it wrote to stderr, where TensorFlow writes its log.
    """

    status: int | None
    output: str
    log: str

    @property
    def end(self) -> str:
        """How the worker ended, in words."""
        if self.status is None:
            return "did not end in time and was stopped"
        if self.status < 0:
            return f"was killed by {signal.Signals(-self.status).name}"
        return f"ended with status {self.status}"


class WorkersFailedError(ChildProcessError):
    """Not all workers of a cluster came to a good end; the message has their logs.

    Attributes:
        workers: What is left of the workers, in the order of their commands.
    """

    def __init__(self, workers: list[EndedWorker]) -> None:
        logs = "".join(
            f"--- The log of worker {index} ends with ---\n{worker.log[-4000:]}\n"
            for index, worker in enumerate(workers)
        )
        # Last, where a traceback is read first.
        ends = "; ".join(
            f"worker {index} {worker.end}"
            for index, worker in enumerate(workers)
        )
        super().__init__(f"\n{logs}{ends}")
        self.workers = workers


def free_ports(
    count: int, candidates: Sequence[int] = range(20_000, 30_000)
) -> list[int]:
    """Find ports of this machine that no program listens on.

    Args:
        count: How many; at least 1.
        candidates: The ports to choose from, at random. By default they lie below those that
            systems hand out by themselves, so that none is taken before a worker opens it.

    Returns:
        Different ports.

    Raises:
        OSError: If not enough of the candidates are free.

    Example:
        >>> len(set(free_ports(3)))
        3
    """
    # Processes that were forked from one share the state of `random`, but not the system's.
    shuffled = SystemRandom().sample(candidates, len(candidates))
    ports = list(islice(filter(_is_free, shuffled), count))
    if len(ports) < count:
        raise OSError(
            f"{count} free ports are needed, but of {candidates!r} only {ports} are free"
        )
    return ports


def run_workers(
    commands: Sequence[Sequence[str]], *, timeout: float = 110.0
) -> list[EndedWorker]:
    """Run commands as the workers of one cluster, and wait until all have ended.

    Each command finds the cluster and its own place in it in the environment variable `TF_CONFIG`,
    and sees no GPU. None outlives this call, or the process that makes it.

    Args:
        commands: One command for each worker, with its arguments.
        timeout: After how many seconds workers that have not ended are stopped. They are stopped
            sooner once another one has failed.

    Returns:
        What is left of the workers, in the same order.

    Raises:
        WorkersFailedError: If not all workers end with status 0. The message has their logs.

    Example:
        >>> import sys
        >>> command = [sys.executable, "-c", "import os; print('TF_CONFIG' in os.environ)"]
        >>> [worker.output for worker in run_workers([command, command])]
        ['True\\n', 'True\\n']
    """
    addresses = [f"{_HOST}:{port}" for port in free_ports(len(commands))]
    processes: list[subprocess.Popen[bytes]] = []
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
                EndedWorker(
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
            # On all interfaces, because that is where TensorFlow's server listens.
            listener.bind(("", port))
        except OSError:
            return False
    return True


def _start(
    command: Sequence[str], config: dict[str, object], file: Path, group: int
) -> subprocess.Popen[bytes]:
    with (
        file.with_suffix(".out").open("wb") as output,
        file.with_suffix(".log").open("wb") as log,
    ):
        return subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            env={
                **os.environ,
                "TF_CONFIG": json.dumps(config),
                # A proxy, if one is set, would stand between the workers, and a GPU cannot serve two.
                "no_grpc_proxy": _HOST,
                "CUDA_VISIBLE_DEVICES": "",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            process_group=group,
        )


def _wait(processes: list[subprocess.Popen[bytes]], timeout: float) -> None:
    """Wait until all processes have ended, but not for longer than agreed."""
    deadline = time.monotonic() + timeout
    one_failed = False
    while time.monotonic() < deadline:
        statuses = [process.poll() for process in processes]
        if None not in statuses:
            break
        if any(statuses) and not one_failed:
            one_failed = True
            deadline = min(deadline, time.monotonic() + _PATIENCE)
        time.sleep(0.05)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
