"""Start Python programs as copies of one process that has imported TensorFlow for all of them.

Run as ``python -m linear_tutorial.scale_out.copies``, by `cluster.prepare_workers`. Each line of the
input is a job; the output says which process was forked for it, and how each has ended.
"""

import json
import os
import runpy
import signal
import sys
from types import ModuleType
from typing import Any

# What the copies need not import again.
import linear_tutorial.resumable
import linear_tutorial.scale_out  # noqa: F401

_ENDED = {signal.SIGCHLD}


def _report_ended(*_: object) -> None:
    """Say which copies have ended, and with which status."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say("ended", pid, os.waitstatus_to_exitcode(status))


def _say(*words: object) -> None:
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def _serve() -> dict[str, Any]:
    """Fork a copy for each job. Return the job in the copy; end in the process that forks."""
    signal.signal(signal.SIGCHLD, _report_ended)
    for line in iter(sys.stdin.readline, ""):
        job: dict[str, Any] = json.loads(line)
        # No copy is reported as ended before it was as forked.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDED)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, job["group"])
        else:
            # The group may be killed as soon as the copy is known; the copy itself could be too late.
            os.setpgid(pid, job["group"])
            _say("forked", pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDED)
        if pid == 0:
            return job
    sys.exit()


def _become(job: dict[str, Any]) -> None:
    """Give this process the folder, variables, files and arguments of a job, and run its program."""
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    for descriptor, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, job["output"], os.O_WRONLY),
        (2, job["log"], os.O_WRONLY),
    ):
        file = os.open(path, flags)
        os.dup2(file, descriptor)
        os.close(file)
    option, program, *arguments = job["arguments"]
    sys.argv = [option, *arguments]
    if not sys.flags.safe_path:
        # Where a program finds its own modules: as `python` does for each option.
        sys.path[0] = job["folder"] if option == "-m" else ""
    if option == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        # A module of its own, in which `pickle` finds what the program defines.
        module = sys.modules["__main__"] = ModuleType("__main__")
        exec(program, module.__dict__)  # noqa: S102


if __name__ == "__main__":
    _become(_serve())
