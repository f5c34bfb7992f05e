"""Say in words what a matplotlib figure shows, so that a page can promise it.

A drawing that lost a line, went empty or plots the wrong array looks fine to a build. Its
description does not: it names every line, cloud of points, contour, text and legend entry, and
sums up the plotted numbers to four digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_hex

if TYPE_CHECKING:
    from IPython.lib.pretty import RepresentationPrinter
    from matplotlib.axes import Axes
    from matplotlib.collections import Collection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


def describe(figure: Figure) -> str:
    """Describe a figure, one line for each thing that is drawn.

    >>> import matplotlib.pyplot as plt
    >>> figure, ax = plt.subplots()
    >>> _ = ax.plot([1, 2, 3], [1, 4, 9], label="squares")
    >>> print(describe(figure))
    axes: x '' from 0.9 to 3.1, y '' from 0.6 to 9.4
      line 'squares' - #1f77b4: 3 points, x 1 to 3, mean 2, tilt 1.333; y 1 to 9, mean 4.667, tilt 3.667
    >>> plt.close(figure)
    """
    figure.canvas.draw()
    lines = [line for ax in figure.axes for line in _axes(ax)]
    return "\n".join(lines or ["empty figure"])


def print_figure(
    figure: Figure, printer: RepresentationPrinter, cycle: bool
) -> None:
    """Describe a figure where IPython asks for its plain text."""
    printer.text(describe(figure))


def _axes(ax: Axes) -> Iterator[str]:
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    title = f"{ax.get_title()!r}: " if ax.get_title() else ""
    yield (
        f"axes: {title}x {ax.get_xlabel()!r} from {_number(left)} to {_number(right)}, "
        f"y {ax.get_ylabel()!r} from {_number(bottom)} to {_number(top)}"
    )
    for line in ax.lines:
        yield f"  line{_name(line)}{_style(line)}: {_points(line.get_xydata())}"
    for collection in ax.collections:
        yield f"  {_collection(collection)}"
    for text in ax.texts:
        x, y = getattr(text, "xy", text.get_position())
        yield f"  text {text.get_text()!r} at {_number(x)}, {_number(y)}"
    if legend := ax.get_legend():
        entries = ", ".join(repr(text.get_text()) for text in legend.texts)
        yield f"  legend: {entries}"


def _collection(collection: Collection) -> str:
    levels = getattr(collection, "levels", None)
    if levels is None:
        color = to_hex(collection.get_facecolor()[0])
        points = _points(collection.get_offsets())
        return f"points{_name(collection)} {color}: {points}"
    corners = np.concatenate([path.vertices for path in collection.get_paths()])
    return (
        f"contours at {', '.join(map(_number, levels))}: "
        f"x {_range(corners[:, 0])}; y {_range(corners[:, 1])}"
    )


def _name(artist: Line2D | Collection) -> str:
    """Return the label that a reader sees, if there is one."""
    label = str(artist.get_label())
    return "" if label.startswith("_") else f" {label!r}"


def _style(line: Line2D) -> str:
    dashes, marker = (
        "" if value == "None" else value
        for value in (line.get_linestyle(), str(line.get_marker()))
    )
    return f" {dashes}{marker} {to_hex(line.get_color())}"


def _points(points: Iterable[Iterable[float]]) -> str:
    x, y = np.asarray(points, float).reshape(-1, 2).T
    if not len(x):
        return "no points"
    return f"{len(x)} points, x {_summary(x)}; y {_summary(y)}"


def _summary(values: np.ndarray) -> str:
    """Sum up values; `tilt` is the mean of value times place, and notices another order."""
    places = np.linspace(0, 1, len(values))
    mean, tilt = np.mean(values), np.mean(values * places)
    return f"{_range(values)}, mean {_number(mean)}, tilt {_number(tilt)}"


def _range(values: np.ndarray) -> str:
    return f"{_number(np.min(values))} to {_number(np.max(values))}"


def _number(value: float) -> str:
    """Write four digits; what is tiny beside 1 is zero, which rounding makes of it somewhere."""
    return f"{0.0 if abs(value) < 1e-6 else value:.4g}"
