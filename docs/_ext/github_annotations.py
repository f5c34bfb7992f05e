"""In a run of GitHub Actions, what is wrong with a page is shown at its line there.

GitHub takes such remarks from the log, as lines that begin with `::error`.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from shown_warnings import for_each_shown, place


def repeat(root: Path, record: logging.LogRecord) -> None:
    """Repeat one of Sphinx's warnings and errors, which all fail the build, in GitHub's words."""
    path, line = place(record)
    if Path(path).is_relative_to(root):
        path = Path(path).relative_to(root).as_posix()
    # Sphinx's own kind of record would put the place in front.
    message = logging.LogRecord.getMessage(record)
    print(annotation(message, path, line), file=sys.stderr)


def annotation(message: str, path: str = "", line: str = "") -> str:
    r"""Return GitHub's command for an error; it is one line, whatever the message holds.

    >>> annotation("1 % is\nwrong", "docs/index.md", "7")
    '::error file=docs/index.md,line=7::1 %25 is%0Awrong'
    >>> annotation("nowhere")
    '::error::nowhere'
    """
    place = [f"file={path}"] if path else []
    if line:
        place.append(f"line={line}")
    for character, escaped in ("%", "%25"), ("\r", "%0D"), ("\n", "%0A"):
        message = message.replace(character, escaped)
    return f"::error{' ' if place else ''}{','.join(place)}::{message}"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for_each_shown(partial(repeat, Path(app.confdir)))
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
