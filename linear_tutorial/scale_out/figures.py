"""The shards of a batch, and the sum of their steps."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    GREEN,
    ORANGE,
    PURPLE,
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

    Example:
        >>> from linear_tutorial import make_data
        >>> [len(shard.get_offsets()) for shard in plot_shards(*make_data(5), [3, 2]).collections]
        [3, 2]
    """
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
