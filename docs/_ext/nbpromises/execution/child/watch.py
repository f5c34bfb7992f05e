"""Note in a journal which files a process opens and which modules it looks for.

A page and the Python processes that it starts write into one journal, line by line, because they may
be killed at any moment. `journal.py` reads it.
"""

import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

# The variable that tells a process where the journal is.
JOURNAL = "NBPROMISES_JOURNAL"
# Audit events of listing a folder.
LISTINGS = {"os.listdir", "os.scandir"}
IMPORT_SYSTEM = r"/importlib/|^<frozen (importlib|zipimport)"
# Audit events of starting a program that may not be Python, and so is not watched.
OTHER_PROGRAMS = {"os.exec", "os.posix_spawn", "os.system"}
# Where `subprocess` raises one of them for a program that "subprocess.Popen" has told of.
TOLD = "/subprocess.py _posix_spawn"
# `platform.processor` runs this command, for TensorFlow; it reads no file.
HARMLESS = ["uname", "-p"]
# The file that `ast.parse` names unless it is told of another.
UNKNOWN_FILE = "<unknown>"
CELL = re.compile(r"(^|/)[0-9]+\.py$")
# Where Python and its packages are installed; they count by their versions.
INSTALLED = "/lib/python3"


def watch_process(journal: str) -> None:
    """Note what this process does from now on; `journal` is the path of an existing file."""
    os.environ[JOURNAL] = journal
    noted = set()

    def note(word: str, what: str) -> None:
        line = f"{word} {what}\n"
        if line not in noted or word == "starts":
            noted.add(line)
            # Opened anew, because `!command` closes all descriptors between its fork and its exec.
            try:
                descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND)
            except FileNotFoundError:
                # The temporary folder was emptied: what the page uses is not known, so that it runs again.
                return
            os.write(descriptor, line.encode(errors="surrogateescape"))
            os.close(descriptor)

    def hook(event: str, details: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(details[0], str | bytes):
            path, flags = os.fsdecode(details[0]), details[2]
            # After a SyntaxError, Python looks for the line in a file, also in that of code without one.
            if path in (journal, UNKNOWN_FILE):
                return
            # CPython looks for the code of a cell, whose file has a number for its name, all along `sys.path`.
            if CELL.search(path) and not os.path.exists(path):  # noqa: PTH110
                return
            # shutil.rmtree opens names that are relative to another folder than the current one.
            if " _rmtree" in _caller():
                return
            # What is opened to be changed in its place is read as well.
            reads = flags & os.O_ACCMODE == os.O_RDONLY or not flags & (
                os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            )
            path = os.path.abspath(path)  # noqa: PTH100
            found = "reads" if os.path.exists(path) else "misses"  # noqa: PTH110
            note(found if reads else "writes", path)
        elif event == "os.rename":
            note("writes", os.path.abspath(os.fsdecode(details[1])))  # noqa: PTH100
        elif event in LISTINGS and not isinstance(details[0], int):
            # The import system lists folders as well; `Seeker` knows what for.
            if not re.search(IMPORT_SYSTEM, _caller()):
                folder = os.fsdecode(details[0] or ".")
                note("lists", os.path.abspath(folder))  # noqa: PTH100
        elif event == "subprocess.Popen" and details[1] != HARMLESS:
            python = os.fsdecode(details[0]) == sys.executable
            note("starts", "python" if python else "other")
        elif event in OTHER_PROGRAMS and not _caller().endswith(TOLD):
            note("starts", "other")

    note("begins", str(os.getpid()))
    sys.meta_path.insert(0, Seeker(note))
    sys.addaudithook(hook)


class Seeker:
    """A finder of modules that finds none; it notes which are looked for, and where.

    The audit event "import" does not tell of `importlib.import_module` and `find_spec`.
    """

    def __init__(self, note: Callable[[str, str], None]) -> None:
        self._note = note

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _: object = None
    ) -> None:
        package, _, module = name.rpartition(".")
        if not package:
            self._note("imports", module)
        for folder in sys.path if path is None else path:
            if INSTALLED not in str(folder):
                place = os.path.join(folder, module)  # noqa: PTH118
                self._note("seeks", os.path.abspath(place))  # noqa: PTH100


def _caller() -> str:
    """Return the file and the function that caused the event that the audit hook is looking at."""
    frame = sys._getframe(1).f_back
    # Python itself opens its main script.
    return f"{frame.f_code.co_filename} {frame.f_code.co_name}" if frame else ""
