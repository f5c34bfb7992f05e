"""What Sphinx shows as a warning or an error, and the place that it names."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from sphinx.util.logging import NAMESPACE, WarningStreamHandler


def for_each_shown(note: Callable[[logging.LogRecord], object]) -> None:
    """Call a function for each warning and error, once, when its place has been put into words.

    A handler of one's own would see some of them twice, and put the place into words for Sphinx,
    which then takes a path for the name of a page.
    """

    def let_pass(record: logging.LogRecord) -> bool:
        note(record)
        return True

    (handler,) = [
        handler
        for handler in logging.getLogger(NAMESPACE).handlers
        if isinstance(handler, WarningStreamHandler)
    ]
    handler.addFilter(let_pass)


def place(record: logging.LogRecord) -> tuple[str, str]:
    """Return the path that a record names and the line in it; each is empty if it names none.

    >>> record = logging.makeLogRecord({"location": "docs/keras.md:7"})
    >>> place(record)
    ('docs/keras.md', '7')
    >>> record.location = "docs/keras.md"
    >>> place(record)
    ('docs/keras.md', '')

    Lines of a docstring are counted from its beginning, wherever that is.

    >>> record.location = "plots.py:docstring of linear_tutorial.plots.plot_data:3"
    >>> place(record)
    ('plots.py', '')
    """
    location = getattr(record, "location", None) or ""
    path, _, _ = location.partition(":docstring of ")
    if path != location:
        return path, ""
    match = re.fullmatch(r"(.+):(\d*)", location)
    return match.groups() if match else (location, "")
