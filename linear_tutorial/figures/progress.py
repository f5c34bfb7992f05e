"""A whole training run, drawn over the training data."""

import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    ORANGE,
    add_points,
    in_style,
    labelled_axes,
)
from linear_tutorial.models import LinearModel
from linear_tutorial.training import History


@in_style
def plot_progress(
    x: tf.Tensor, y: tf.Tensor, history: History, *, ax: Axes | None = None
) -> Axes:
    """Draw the data and the line ``x * w + b`` after every epoch, from pale (the start) to dark (the end).

    Args:
        x: Inputs in ascending order, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data, training_loop
        >>> x, y = make_data(5)
        >>> len(plot_progress(x, y, training_loop(LinearModel(), x, y, epochs=3)).lines)
        4
    """
    ax = labelled_axes(ax, "x", "y")
    add_points(ax, x, y)
    last = len(history.loss) - 1
    for k, (w, b) in enumerate(zip(history.w, history.b, strict=True)):
        label = {0: "start", last: f"after {last} epochs"}.get(k)
        ax.plot(
            x,
            LinearModel(w, b)(x),
            color=ORANGE,
            alpha=0.25 + 0.75 * k / max(last, 1),
            label=label,
        )
    ax.legend()
    return ax
