"""The paths of several training runs through a narrow valley."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial._checks import finite_tensor, same_shape
from linear_tutorial.figures._style import (
    RUN_STYLES,
    in_style,
    labelled_axes,
)

VALLEY_LEVELS = (1.5, 4, 10)


@in_style
def plot_valley(
    x: tf.Tensor, y: tf.Tensor, paths: Mapping[str, np.ndarray]
) -> list[Axes]:
    """Draw each path in a panel of its own, over the same contours of the loss.

    The contours may be long and narrow ellipses, in which several paths would hide each other.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        paths: The paths to show, by name; each of shape ``(K, 2)``, with W and b.

    Returns:
        The axes of the panels, with W on the x-axis and b on the y-axis, in different units.

    Example:
        >>> from linear_tutorial import make_data
        >>> x, y = make_data(5)
        >>> path = np.array([[5.0, -20.0], [4.0, -16.0]])
        >>> [axes.get_title() for axes in plot_valley(x + 4, y, {"a run": path})]
        ['a run']
    """
    x, y = same_shape(
        *("x", finite_tensor("x", x, tf.float64)),
        *("y", finite_tensor("y", y, tf.float64)),
    )
    x, y = x.numpy(), y.numpy()
    best = np.polyfit(x, y, deg=1)
    # With the Hessian matrix H, the loss at best + d exceeds the smallest one by d @ H @ d / 2: where
    # H = L @ L.T, the inverse of L makes a contour of a circle.
    design = np.stack([x, np.ones_like(x)], axis=1)
    root = np.linalg.cholesky(2 / len(x) * design.T @ design)
    angles = np.linspace(0, 2 * np.pi, 41)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ellipse = circle @ np.linalg.inv(root)
    smallest = np.mean(np.square(np.polyval(best, x) - y))
    levels = [level for level in VALLEY_LEVELS if level > smallest]

    _, panels = plt.subplots(
        len(paths),
        sharex=True,
        sharey=True,
        squeeze=False,
        figsize=(4.8, 0.6 + 2.2 * len(paths)),
    )
    drawn: list[Axes] = list(panels[:, 0])
    for ax, (name, path), style in zip(
        drawn, paths.items(), cycle(RUN_STYLES), strict=False
    ):
        labelled_axes(ax, "W" if ax is drawn[-1] else "", "b")
        ax.set_title(name, color=style["color"])
        for level in levels:
            contour = best + np.sqrt(2 * (level - smallest)) * ellipse
            ax.plot(*contour.T, color="0.6", linewidth=1)
            # Beyond the upper end of the ellipse, where no path begins.
            ax.annotate(
                f"{level:g}",
                contour[np.argmax(contour[:, 1])],
                (3, 1),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize="small",
                color="0.4",
            )
        ax.plot(*best, marker="*", color="0.5", markersize=18)
        ax.plot(*np.transpose(path), **{**style, "markersize": 3})
        ax.grid(visible=False)
    return drawn
