"""Build the site in every language at once, unless nothing has changed since it was built.

A project's folder holds `conf.py` and the sources in `docs`; all that is built goes to `_build`.
"""

import errno
import hashlib
import multiprocessing
import os
import re
import runpy
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb
from typing import Any

from filelock import FileLock

from nbpromises.execution.dependencies import (
    Project,
    changed_since,
    digest_files,
    files_below,
    installed_versions,
)
from nbpromises.execution.store import read_record
from nbpromises.execution.surroundings import influences
from nbpromises.locks import wait_for
from nbpromises.processes import end_with_parent, freeze_gc

from .languages import Edition

PROCESSES: Any = multiprocessing.get_context(
    "fork" if sys.platform == "linux" else "spawn"
)
# What takes long to import: once, before a process is forked for each edition.
LIBRARIES = "sphinx.cmd.build", "myst_nb.sphinx_ext"
# No parser of theirs refuses these lines, as those of pages, catalogues and modules do.
CONFLICT = re.compile(rb"^(<{7}|\|{7}|>{7}) ", re.MULTILINE)
AROUND = {".css", ".html", ".js", ".svg"}
# No space is left: on the disk, by a quota, or by a limit for each file.
FULL = re.compile(
    rf"(?:\[Errno |OSError\()({errno.ENOSPC}|{errno.EDQUOT}|{errno.EFBIG})[\],]"
)
# A line of tracebacks, and of Sphinx's reports of exceptions.
TRACEBACK = re.compile(r'^ +File "', re.MULTILINE)
# Variables that Sphinx reads by itself.
VARIABLES = ["SOURCE_DATE_EPOCH"]


def main(folder: str) -> int:
    """Build the site if it is stale, and return the exit status; concurrent builds wait for a lock."""
    # As other programs, end in silence if nobody reads what is printed: `make html | head`.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    start = time.monotonic()
    build = SiteBuild(Path(folder).resolve())
    if not (build.root / "docs").is_dir():
        sys.exit(
            f"{build.root / 'docs'}: ERROR: the sources must be in this folder"
        )
    build.folder.mkdir(exist_ok=True)
    with wait_for(FileLock(build.folder / "lock")):
        started = time.time_ns()
        sources = build.digest_sources()
        if build.is_made_from(sources):
            print(
                "Nothing has changed since the last build, which kept all promises"
            )
        elif not build.make(sources, started):
            return 1
    seconds = time.monotonic() - start
    print(
        f"The site is in _build/html ({seconds:.1f} s); open _build/html/index.html"
    )
    return 0


class SiteBuild:
    """The build of the project in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "_build"
        self.site = self.folder / "html"
        # A site is made here and takes the place of the last one when it is complete: nothing of an
        # older site is left in it, and a build that fails leaves the last good site.
        self.next = self.folder / "next"
        # Digests of the sources of the last site and of its files, to notice changes to either.
        self.stamp = self.folder / "built-from.txt"
        self.settings: dict[str, Any] = {
            name: value
            for name, value in _read_configuration(root / "conf.py").items()
            if isinstance(value, str | list | dict) and name[0] != "_"
        }
        if "editions_table" not in self.settings:
            sys.exit(f"{root / 'conf.py'}: ERROR: it sets no editions_table")
        editions = self.settings["editions_table"]["editions"]
        self.editions: dict[str, Edition] = editions

    def _sources(self) -> list[Path]:
        return [
            path
            for entry in self.root.iterdir()
            if entry != self.folder and not entry.name.startswith(".")
            for path in (files_below(entry) if entry.is_dir() else [entry])
            if path.suffix not in {".mo", ".pyc"} and path.is_file()
        ]

    def digest_sources(self) -> str:
        """Return a digest of all that the site depends on: files, settings, libraries, variables."""
        made_of = (
            digest_files(self.root, self._sources()),
            self._project().observe([], sorted(installed_versions())),
            self.settings,
        )
        return hashlib.sha256(repr(made_of).encode()).hexdigest()

    def _project(self) -> Project:
        watched = self.settings.get("nbpromises_watched_variables", [])
        variables = influences(os.environ, {}, [*watched, *VARIABLES])
        return Project(self.root, self.root / "docs", variables)

    def _digest_files_elsewhere(self) -> str:
        """Digest the files that pages used and `digest_sources` leaves out."""
        folder = self.settings.get("nbpromises_folder", "_build/executed")
        records = map(read_record, (self.root / folder).glob("*.json"))
        names = {
            name
            for record in records
            if record and record.dependencies
            for name in record.dependencies.files
            if name.startswith((".", "/"))
        }
        state = self._project().observe(sorted(names), []).files
        return hashlib.sha256(repr(state).encode()).hexdigest()

    def is_made_from(self, sources: str) -> bool:
        """Return whether the site was made from these sources, and nobody changed it since."""
        # In bytes: a crash of the machine may leave anything in a file.
        stamp = self.stamp.read_bytes() if self.stamp.exists() else b""
        return stamp == self._stamp_text(sources).encode()

    def _stamp_text(self, sources: str) -> str:
        site = digest_files(self.site, files_below(self.site))
        return f"{sources} {site} {self._digest_files_elsewhere()}"

    def conflicts(self) -> Iterator[str]:
        """Name the marks that a merge left in what stands around the pages, such as templates."""
        for path in files_below(self.root / "docs"):
            if path.suffix in AROUND:
                for mark in CONFLICT.finditer(content := path.read_bytes()):
                    line = content.count(b"\n", 0, mark.start()) + 1
                    yield f"{path}:{line}: ERROR: a mark of a conflict"

    def make(self, sources: str, started: int) -> bool:
        """Build all editions and put them in the place of the last site, if all went well.

        `sources` is the digest of the sources at the time `started`, in nanoseconds.
        """
        if conflicts := list(self.conflicts()):
            print(*conflicts, sep="\n", file=sys.stderr)
            return False
        if (self.site / ".git").exists():
            message = "holds a git repository, which a build would delete: move it elsewhere"
            print(f"{self.site}: ERROR: {message}", file=sys.stderr)
            return False
        shutil.rmtree(self.next, ignore_errors=True)
        self.next.mkdir()
        if not self._run_sphinx():
            return False
        self._finish()
        # GitHub Pages would leave out what begins with an underscore.
        (self.next / ".nojekyll").touch()
        self.stamp.unlink(missing_ok=True)
        shutil.rmtree(self.site, ignore_errors=True)
        self.next.rename(self.site)
        # One that was changed back has its old digest, and may have been read in between.
        edited = [
            path
            for path in self._sources()
            if changed_since(started, path)
            # Others beside conf.py, such as a log of this build, are not read.
            and (path.parent != self.root or path.suffix == ".py")
        ]
        if edited:
            name = edited[0].relative_to(self.root)
            print(f"{name} changed during this build: build again")
        else:
            self.stamp.write_text(self._stamp_text(sources))
        return True

    def _run_sphinx(self) -> bool:
        """Run Sphinx for all languages side by side, and return whether all went well.

        Most errors of a page occur in every language: those of the first edition that fails are shown.
        """
        for library in (*LIBRARIES, self.settings.get("html_theme", "")):
            # Sphinx's own themes are no modules.
            if library and find_spec(library):
                import_module(library)
        builds = {}
        for language in self.editions:
            arguments = (self, language)
            build = PROCESSES.Process(target=build_edition, args=arguments)
            build.start()
            builds[language] = build
        for build in builds.values():
            build.join()
        for language, build in builds.items():
            log = self.log(language)
            said = log.read_text(encoding="utf-8") if log.exists() else ""
            said = _in_short(said)
            sys.stderr.write(said)
            if build.exitcode != 0:
                if not said:
                    reason = "is _build deleted, or its disk full?"
                    if build.exitcode == -signal.SIGKILL:
                        reason = "killed, as Linux does when memory runs out"
                    print(f"error: {language}: {reason}", file=sys.stderr)
                return False
        return True

    def log(self, language: str) -> Path:
        """Return the file for the errors of an edition."""
        return self.folder / f"{language}.log"

    def doctrees(self, language: str) -> Path:
        """Return the folder of an edition's doctrees."""
        folder = self.editions[language]["folder"]
        return self.folder / "doctrees" / f"html-{folder}"

    def _finish(self) -> None:
        """Write the side-by-side scripts and the front pages, which need all editions."""
        # Imported here: a build with nothing to do must not import Sphinx and lxml.
        from .front_pages import write_front_pages
        from .side_by_side import write_translations

        write_translations(
            {
                self.next / edition["folder"]: self.doctrees(language)
                for language, edition in self.editions.items()
            }
        )
        write_front_pages(
            self.next,
            list(self.editions.values()),
            self.settings.get("editions_address", ""),
        )


def _read_configuration(path: Path) -> dict[str, Any]:
    """Return what `conf.py` defines, or end with its line and what is wrong in it."""
    try:
        return runpy.run_path(str(path))
    except SyntaxError as error:
        sys.exit(f"{error.filename}:{error.lineno}: ERROR: {error.msg}")
    except Exception as error:
        lines = [
            frame.lineno
            for frame in extract_tb(error.__traceback__)
            if frame.filename == str(path)
        ]
        if not lines:
            raise
        sys.exit(f"{path}:{lines[-1]}: ERROR: {error!r}")


def _in_short(said: str) -> str:
    """Return the errors of an edition, or one line in place of the tracebacks that a full disk leads to."""
    full = FULL.search(said)
    if not full or not TRACEBACK.search(said) or ": ERROR: " in said:
        return said
    return f"error: {os.strerror(int(full[1]))}\n"


def build_edition(build: SiteBuild, language: str) -> None:
    """Run Sphinx for one language; warnings are errors."""
    with build.log(language).open("wb") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    # Whatever the locale is: the log is read as UTF-8.
    sys.stderr = open(sys.stderr.fileno(), "w", encoding="utf-8")  # noqa: PTH123, SIM115
    from sphinx.cmd.build import main as sphinx_build

    # Garbage collection would free little: a build needs nearly all of its objects to its end.
    freeze_gc()
    end_with_parent()
    os.chdir(build.root)
    folder = build.editions[language]["folder"]
    arguments = ["-q", "-W", "-c", ".", "-b", "html", "-d"]
    arguments += [str(build.doctrees(language)), "-D", f"language={language}"]
    arguments += ["-D", "editions_together=1", "docs", f"_build/next/{folder}"]
    sys.exit(sphinx_build(arguments))
