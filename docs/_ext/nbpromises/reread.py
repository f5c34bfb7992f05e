"""Read pages again whose warnings would otherwise be forgotten, and all pages after a killed build.

Sphinx warns about a page only while it reads it, and does not read it again before it changes: a build
that failed would pass when it is repeated. So the pages that a build warned about are read again by the
next one, and so are pages whose files hold something else, however old these are. What a build has read
counts only if that build came to its end: a marker is removed at the start and written at the end.
Executed outputs are kept elsewhere, so that reading a page again takes little time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from pathlib import Path

from filelock import FileLock
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from .execution.dependencies import digest_files, files_below
from .order import MARK_COMPLETE

MARKER = "complete.json"
LOCK = "lock"


def version_of(package: Path) -> int:
    """Return the `env_version` of an extension: another one if any of its modules was edited."""
    modules = [path for path in files_below(package) if path.suffix == ".py"]
    return int(digest_files(package, modules)[:12], 16)


def begin(app: Sphinx, config: Config) -> None:
    """Lock the folder of doctrees, and empty it if the last build did not come to its end."""
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    app.nbpromises_lock = FileLock(app.doctreedir / LOCK)
    app.nbpromises_lock.acquire()
    app.nbpromises_warned = _collect_paths_with_warnings()
    marker = app.doctreedir / MARKER
    try:
        app.nbpromises_failed = json.loads(marker.read_text())
    except (OSError, ValueError):
        app.nbpromises_failed = []
        for path in app.doctreedir.iterdir():
            if path.name != LOCK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    marker.unlink(missing_ok=True)


def _collect_paths_with_warnings() -> set[str]:
    """Return a set that will hold the path that each warning names, or "" for one that names none."""
    paths: set[str] = set()

    def note(record: logging.LogRecord) -> bool:
        location = getattr(record, "location", None) or ""
        path, _, _ = location.partition(":docstring of ")
        match = re.fullmatch(r"(.+?)(:\d*)*", path)
        paths.add(match[1] if match else "")
        return True

    # Its filters see each warning once, with its location as text.
    (handler,) = [
        handler
        for handler in logging.getLogger(NAMESPACE).handlers
        if isinstance(handler, WarningStreamHandler)
    ]
    handler.addFilter(note)
    return paths


def pages_to_read(
    app: Sphinx, env: BuildEnvironment, *_: set[str]
) -> list[str]:
    """Name the pages that the last build warned about, and those whose sources differ.

    Sphinx compares only times, and misses a file that was replaced by an older one.
    """
    sources = getattr(env, "nbpromises_sources", {})
    changed = [
        docname
        for docname, digest in sources.items()
        if docname in env.found_docs and digest != _digest(env, docname)
    ]
    return [*app.nbpromises_failed, *changed]


def note_sources(app: Sphinx, env: BuildEnvironment) -> None:
    """Store a digest of what each page was read from."""
    env.nbpromises_sources = {
        docname: _digest(env, docname) for docname in env.found_docs
    }


def _digest(env: BuildEnvironment, docname: str) -> str:
    """Digest a page's file and all that it includes."""
    paths = [
        Path(env.doc2path(docname)),
        *[Path(env.srcdir, name) for name in env.dependencies[docname]],
    ]
    # Sphinx lists a compiled catalogue only some of the time; its source is `page.po`.
    digests = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.is_file() and path.suffix != ".mo"
    ]
    return " ".join(digests)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Mark the build as complete, with the pages that it warned about."""
    failed = {app.env.path2doc(path) for path in app.nbpromises_warned}
    # A warning that names no page may concern any of them.
    if exception is None and failed <= app.env.found_docs:
        (app.doctreedir / MARKER).write_text(json.dumps(sorted(failed)))
    app.nbpromises_lock.release()


def setup(app: Sphinx) -> None:
    """Register events."""
    app.connect("config-inited", begin)
    app.connect("env-get-outdated", pages_to_read)
    app.connect("env-updated", note_sources)
    app.connect("build-finished", finish, priority=MARK_COMPLETE)
