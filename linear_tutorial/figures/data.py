"""The training data."""

import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.figures._style import add_points, in_style, labelled_axes


@in_style
def plot_data(x: tf.Tensor, y: tf.Tensor, *, ax: Axes | None = None) -> Axes:
    """Draw the training data as points.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data
        >>> axes = plot_data(*make_data(5))
        >>> len(axes.collections[0].get_offsets())
        5
    """
    ax = labelled_axes(ax, "x", "y")
    add_points(ax, x, y)
    return ax
