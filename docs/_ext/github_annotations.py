"""In a run of GitHub Actions, what is wrong with a page is shown at its line there.

GitHub takes such remarks from the log, as lines that begin with `::error`.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.logging import NAMESPACE, WarningLogRecordTranslator
from sphinx.util.typing import ExtensionMetadata


class Annotations(logging.Handler):
    """Repeats Sphinx's warnings and errors, which all fail the build, in GitHub's words."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(logging.WARNING)
        self.addFilter(WarningLogRecordTranslator(app))
        self._root = Path(app.confdir)
        self._written: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one annotation, once; Sphinx repeats what it held back."""
        path, _, line = (getattr(record, "location", "") or "").rpartition(":")
        # Sphinx's own kind of record would put the place in front.
        message = logging.LogRecord.getMessage(record)
        text = annotation(message, self._relative(path), line)
        if text not in self._written:
            self._written.add(text)
            print(text, file=sys.stderr)

    def _relative(self, path: str) -> str:
        if Path(path).is_relative_to(self._root):
            return Path(path).relative_to(self._root).as_posix()
        return path


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
        logging.getLogger(NAMESPACE).addHandler(Annotations(app))
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
