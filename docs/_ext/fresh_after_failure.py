"""A page that failed fails again, also when nothing was edited in between.

Sphinx warns about a page only while it reads it, and does not read it again before it changes: a
failing build would pass when it is simply repeated. So what an earlier build left counts only if
that build ended well, and if every file is as it left it. Otherwise all pages are read anew. That
is cheap, because executed outputs are kept elsewhere.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

from digest_files import digest_files, files_below

SEAL = "seal.txt"
LOCK = "lock"


def begin(app: Sphinx, config: Config) -> None:
    """Forget what is not as a good build left it, and hold the folders until this build ends."""
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    app.build_lock = FileLock(app.doctreedir / LOCK)
    app.build_lock.acquire()
    seal = app.doctreedir / SEAL
    if not seal.exists() or seal.read_text(encoding="utf-8") != _digest(app):
        for path in app.doctreedir.iterdir():
            if path.name != LOCK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # Compiled catalogues may be cut short as well. Sphinx has loaded its own already, and offers
        # no public way to do so again.
        for folder in config.locale_dirs:
            catalogues = app.srcdir / folder / config.language
            for path in catalogues.rglob("*.mo"):
                path.unlink()
        app._init_i18n()
    seal.unlink(missing_ok=True)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Seal what this build leaves, if all went well."""
    # The count of warnings is private, but nothing public tells an extension about them.
    if exception is None and app.statuscode == 0 and app._warncount == 0:
        seal = app.doctreedir / SEAL
        seal.write_text(_digest(app), encoding="utf-8")
    app.build_lock.release()


def _digest(app: Sphinx) -> str:
    own = {app.doctreedir / SEAL, app.doctreedir / LOCK}
    return " ".join(
        digest_files(folder, set(files_below(folder)) - own)
        for folder in (Path(app.doctreedir), Path(app.outdir))
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.connect("config-inited", begin)
    # After all other extensions, which may set the status code.
    app.connect("build-finished", finish, priority=999)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
