"""The shards of a batch, and the sum of their steps."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.figures._boxes import (
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    add_box,
    drawing,
    show,
    write,
)
from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    DARK_ORANGE,
    GREEN,
    ORANGE,
    PURPLE,
    add_arrow,
    in_style,
    labelled_axes,
)

# Colour and marker of each replica.
SHARD_STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"))


@in_style
def plot_shards(
    x: tf.Tensor, y: tf.Tensor, sizes: Sequence[int], *, ax: Axes | None = None
) -> Axes:
    """Draw the training data, with a colour and a marker for each shard.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        sizes: The number of examples in each shard, at most four; their sum is N.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Raises:
        ValueError: If `sizes` are more than four, one of them is negative, or their sum is not N.

    Example:
        >>> from linear_tutorial import make_data
        >>> [len(shard.get_offsets()) for shard in plot_shards(*make_data(5), [3, 2]).collections]
        [3, 2]
    """
    most = len(SHARD_STYLES)
    if len(sizes) > most or sum(sizes) != len(x) or min(sizes, default=0) < 0:
        raise ValueError(
            f"sizes must be at most {most} numbers of examples with the sum {len(x)}, "
            f"but are {sizes!r}"
        )
    ax = labelled_axes(ax, "x", "y")
    ends = np.cumsum(sizes)
    for replica, end in enumerate(ends):
        color, marker = SHARD_STYLES[replica]
        ax.scatter(
            x[end - sizes[replica] : end],
            y[end - sizes[replica] : end],
            s=14,
            alpha=0.6,
            color=color,
            marker=marker,
            label=f"replica {replica}: {sizes[replica]} points",
        )
    ax.legend()
    return ax


@in_style
def plot_added_steps(
    start: tuple[float, float],
    steps: Sequence[tuple[float, float]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the steps of all replicas one after another, and their sum.

    Args:
        start: W and b before the update.
        steps: The change of W and b by each replica, at most four.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W on the x-axis and b on the y-axis.

    Example:
        >>> axes = plot_added_steps((5.0, 0.0), [(-0.4, 0.3), (-0.1, 0.1)])
        >>> [line.get_label() for line in axes.lines]
        ['whole step', 'share of replica 0', 'share of replica 1']
    """
    ax = labelled_axes(ax, "W", "b")
    points = np.cumsum([start, *steps], axis=0)
    ax.plot(
        *points[[0, -1]].T, color=DARK_GREY, linestyle="--", label="whole step"
    )
    for replica, (here, there) in enumerate(pairwise(points)):
        color, marker = SHARD_STYLES[replica]
        ax.plot(
            *np.transpose([here, there]),
            color=color,
            marker=marker,
            label=f"share of replica {replica}",
        )
    ax.annotate("start", start, xytext=(-4, 10), textcoords="offset points")
    ax.legend()
    return ax


@in_style
def plot_all_reduce(
    start: tuple[float, float],
    shares: Sequence[tuple[float, float]],
    learning_rate: float,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw one update of two replicas: their shares of the gradient, the sum, and the new W and b.

    Args:
        start: W and b before the update.
        shares: The derivatives by W and b that each of the two replicas adds.
        learning_rate: The factor by which the sum is multiplied.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, without frame and ticks.

    Example:
        >>> axes = plot_all_reduce((5.0, 0.0), [(4.0, -3.0), (1.0, -1.0)], 0.1)
        >>> [text.get_text() for text in axes.texts if "=" in text.get_text()][4:]
        ['dL/dW = 5.00', 'dL/db = −4.00', 'W = 4.50', 'b = 0.40', 'W = 4.50', 'b = 0.40']
    """
    ax = drawing(ax, width=4.8, height=4.1)
    total = np.sum(shares, axis=0)
    after = np.subtract(start, learning_rate * total)
    columns = [
        (-1.5, PALE_BLUE, BLUE, "replica 0"),
        (1.5, PALE_ORANGE, DARK_ORANGE, "replica 1"),
    ]
    for (x, pale, color, name), share in zip(columns, shares, strict=True):
        write(ax, (x, 1.9), name, weight="bold", color=color)
        add_box(ax, (x, 1.4), 1.6, 0.62, pale)
        _write_pair(ax, (x, 1.4), "dL/dW", "dL/db", share)
        inner = 0.45 * x / abs(x)
        add_arrow(ax, (x, 1.09), (inner, 0.36), color)
        add_arrow(ax, (inner, -0.36), (x, -1.09), DARK_GREY)
    add_box(ax, (0, 0), 1.6, 0.72, PALE_GREY)
    write(ax, (-0.9, 0), "sum", ha="right", weight="bold")
    _write_pair(ax, (0, 0), "dL/dW", "dL/db", total)
    write(ax, (0.9, 0), "to all", ha="left", weight="bold")
    for x, pale, _, _ in columns:
        add_box(ax, (x, -1.4), 1.6, 0.62, pale)
        _write_pair(ax, (x, -1.4), "W", "b", after)
    return ax


def _write_pair(
    ax: Axes,
    center: tuple[float, float],
    above: str,
    below: str,
    values: Sequence[float],
) -> None:
    """Write two named numbers into a box."""
    x, y = center
    for name, value, line in zip(
        (above, below), values, (0.13, -0.13), strict=True
    ):
        write(ax, (x, y + line), f"{name} = {show(value)}")
