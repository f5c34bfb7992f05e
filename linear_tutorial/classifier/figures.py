"""Points of two classes, and where a model draws the line between them."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial._checks import finite_tensor
from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    ORANGE,
    in_style,
    labelled_axes,
)


@in_style
def plot_classes(
    x: tf.Tensor,
    y: tf.Tensor,
    model: Callable[[tf.Tensor], tf.Tensor] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw points of two classes, and the regions in which a model expects the one and the other.

    Args:
        x: The points, shape ``(N, 2)``.
        y: Their labels, 0 or 1, shape ``(N, 1)``.
        model: Computes logits of shape ``(M, 1)`` from points of shape ``(M, 2)``. A line shows where
            they are zero. By default, only the points are drawn.
        ax: The axes to draw on; new ones, which get a legend, by default.

    Returns:
        The axes.

    Raises:
        ValueError: If `x` or `y` is not as described.

    Example:
        >>> from linear_tutorial.classifier import make_moons
        >>> ax = plot_classes(*make_moons(10), lambda x: x[:, :1] - 0.5)
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['label 0', 'label 1', 'logit 0']
    """
    points, labels = _points_and_labels(x, y)
    with_legend = ax is None
    ax = labelled_axes(ax, "feature 0", "feature 1")
    for label, color, marker in (0, BLUE, "o"), (1, ORANGE, "^"):
        chosen = points[labels == label]
        ax.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=12,
            alpha=0.6,
            color=color,
            marker=marker,
            label=f"label {label}",
        )
    # Limits just beyond whole halves: a rounding error in a point does not move them.
    low = np.floor(2 * points.min(axis=0)) / 2 - 0.1
    high = np.ceil(2 * points.max(axis=0)) / 2 + 0.1
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    if model is not None:
        _add_regions(ax, model, low, high)
    if with_legend:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return ax


def _points_and_labels(
    x: tf.Tensor, y: tf.Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Return the points, and their labels as a flat array, or raise if a label is neither 0 nor 1."""
    points = finite_tensor("x", x).numpy()
    labels = finite_tensor("y", y).numpy()
    if points.shape[1:] != (2,) or labels.shape != (len(points), 1):
        raise ValueError(
            f"x and y must have the shapes (N, 2) and (N, 1), but have {points.shape} and {labels.shape}"
        )
    if strange := set(np.unique(labels)) - {0, 1}:
        raise ValueError(f"y must be 0 or 1, but has {min(strange):g}")
    return points, labels[:, 0]


def _add_regions(
    ax: Axes,
    model: Callable[[tf.Tensor], tf.Tensor],
    low: np.ndarray,
    high: np.ndarray,
) -> None:
    """Colour both sides of the line where the logit is zero, and draw that line."""
    across, up = np.linspace(low, high, 81).T
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    places = tf.constant(grid.reshape(-1, 2), tf.float32)
    # Beyond -1 and 1 they change no colour, and the line lies at 0.
    logits = np.clip(np.reshape(model(places), (81, 81)), -1, 1)
    ax.contourf(
        *(across, up, logits),
        levels=[-1, 0, 1],
        colors=[BLUE, ORANGE],
        alpha=0.15,
        zorder=0,
    )
    if logits.min() < 0 < logits.max():
        ax.contour(across, up, logits, levels=[0], colors=DARK_GREY)
    ax.plot([], [], color=DARK_GREY, label="logit 0")
