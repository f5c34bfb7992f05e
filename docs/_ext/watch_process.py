"""Note what a process uses: the files that it opens, and the modules that it imports.

A page and the Python processes that it starts write into one journal, line by line, because they may
be killed at any moment. `page_uses` reads it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

# Where a process that a page started finds the journal.
JOURNAL = "PAGE_JOURNAL"
# Audit events of a program that may be another than Python, and that nobody watches.
OTHER_PROGRAMS = {"os.exec", "os.posix_spawn", "os.system"}
# How Python's `platform` learns the name of the processor, for TensorFlow; it reads no file.
HARMLESS = ["uname", "-p"]


def watch_process(journal: str) -> None:
    """Note in a journal what this process does, from now on."""
    os.environ[JOURNAL] = journal
    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND)
    noted = set()

    def note(word: str, what: str) -> None:
        line = f"{word} {what}\n"
        if line not in noted or word == "starts":
            noted.add(line)
            os.write(descriptor, line.encode(errors="surrogateescape"))

    def hook(event: str, details: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(details[0], str):
            path, _mode, flags = details
            reads = flags & os.O_ACCMODE == os.O_RDONLY
            path = os.path.abspath(path)  # noqa: PTH100
            note("reads" if reads else "writes", path)
        elif event == "import":
            note("imports", details[0].partition(".")[0])
        elif event == "subprocess.Popen" and details[1] != HARMLESS:
            python = os.fsdecode(details[0]) == sys.executable
            note("starts", "python" if python else "other")
        elif event in OTHER_PROGRAMS:
            note("starts", "other")

    note("begins", str(os.getpid()))
    sys.addaudithook(hook)
