"""A page that failed fails again, also when nothing was edited in between.

Sphinx warns about a page only while it reads it, and does not read it again before it changes: a
failing build would pass when it is simply repeated. So an environment counts only if the build
that wrote it ended well; after a failed or killed build, every page is read anew. That is cheap,
because executed outputs are kept elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata


def begin(app: Sphinx, config: Config) -> None:
    """Forget the environment of a build that did not end well, and mark this one as begun."""
    marker = _marker(app)
    if marker.exists():
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Take the mark away if all went well."""
    # The count of warnings is private, but nothing public tells an extension about them.
    if exception is None and app.statuscode == 0 and app._warncount == 0:
        _marker(app).unlink(missing_ok=True)


def _marker(app: Sphinx) -> Path:
    return Path(app.doctreedir, "unfinished")


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
