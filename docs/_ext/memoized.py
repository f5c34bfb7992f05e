"""Call pure functions that take long only where no earlier build got the same from the same.

What they returned is kept beside what Sphinx has read, and so is forgotten with it: when it is
damaged, and when an extension was edited. It is forgotten too when any library has another version,
and never kept of a build that showed a warning, which the next one must show again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from dependencies import installed_versions

FILE = "memoized.json"

# What JSON gives back as it was.
Result = TypeVar("Result", str, list[dict[str, str]])


def memoized(
    app: Sphinx,
    function: Callable[..., Result],
    *arguments: str | list[str],
    **means: object,
) -> Result:
    """Return what a function of texts returns; the means by which it does so make no difference."""
    call = repr((function.__module__, function.__qualname__, arguments))
    key = hashlib.sha256(call.encode()).hexdigest()
    if key in app.memo_of_last_build:
        app.memo[key] = app.memo_of_last_build[key]
    elif key not in app.memo:
        app.memo[key] = function(*arguments, **means)
    return app.memo[key]


def load(app: Sphinx) -> None:
    """Take up what the last build kept."""
    app.memo, app.memo_of_last_build = {}, {}
    path = Path(app.doctreedir, FILE)
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["versions"] == installed_versions():
            app.memo_of_last_build = kept["results"]


def save(app: Sphinx, exception: Exception | None) -> None:
    """Keep what this build asked for, and nothing else."""
    if exception is None and app.memo and not app.paths_with_warnings:
        kept = {"versions": installed_versions(), "results": app.memo}
        text = json.dumps(kept, ensure_ascii=False)
        Path(app.doctreedir, FILE).write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("fresh_after_failure")
    app.connect("builder-inited", load)
    # After those that call functions then, and before the folder is sealed.
    app.connect("build-finished", save, priority=900)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": False,
    }
