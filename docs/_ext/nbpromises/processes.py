"""Helpers for child processes; they need nothing but the standard library."""

import ctypes
import gc
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing import connection, parent_process

# From Linux's `prctl.h`.
PR_SET_CHILD_SUBREAPER = 36


def end_with_parent() -> None:
    """End this process as soon as the process that started it has ended, even by SIGKILL.

    If it leads a process group, as that of a page does, the others of the group end with it.
    """
    threading.Thread(target=_exit_after_parent, daemon=True).start()


def _exit_after_parent() -> None:
    parent = parent_process()
    assert parent is not None, "this process was not started by multiprocessing"
    connection.wait([parent.sentinel])
    if os.getpgrp() == os.getpid():
        end_group(os.getpid())
    os._exit(1)


def end_group(leader: int) -> None:
    """Kill the process group that a process has led, which may have ended before the others."""
    # macOS refuses where only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of all that this process has started, when what lies between has ended.

    So a server that a shell has started in the background is still found among its children. Linux alone
    has this.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def freeze_gc() -> None:
    """Disable garbage collection, and exclude all present objects from later collections.

    For a process that imports much and then forks: imports create little garbage, and a collection in
    a child writes to every object, so that shared memory is copied. Python's documentation of
    `gc.freeze` recommends this; a child that lives long calls `gc.enable`.
    """
    gc.disable()
    gc.freeze()
