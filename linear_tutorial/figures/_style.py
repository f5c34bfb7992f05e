"""The common style of all figures; it draws none itself."""

from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

# From the palette of Okabe and Ito, which colour-blind readers can distinguish.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
DARK_GREY = "0.25"
# For letters: darker than the orange of lines, which is too pale to read on white.
DARK_ORANGE = "#B54F00"

# For several runs in one figure, which differ in line style and marker as well as in colour.
RUN_STYLES: list[dict[str, Any]] = [
    {
        "color": color,
        "linestyle": linestyle,
        "marker": marker,
        "linewidth": 1.4,
        "markersize": 4,
    }
    for color, linestyle, marker in (
        (ORANGE, "-", "o"),
        (BLUE, "--", "s"),
        (GREEN, ":", "^"),
        (PURPLE, "-.", "D"),
    )
]

# Loading a backend sets rcParams. Within a style context they would be reset at its end, and a
# notebook would show only the first figure; so load it now.
plt.switch_backend(matplotlib.get_backend())
in_style = plt.style.context("linear_tutorial.figures.style")


def labelled_axes(
    ax: Axes | None, xlabel: str, ylabel: str, **figure: Any
) -> Axes:
    """Return `ax`, or the axes of a new figure, with labels."""
    if ax is None:
        _, ax = plt.subplots(**figure)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.locator_params(nbins=6, steps=[1, 2, 5, 10])
    return ax


def add_points(ax: Axes, x: tf.Tensor, y: tf.Tensor) -> None:
    """Draw the training data as points."""
    ax.scatter(x, y, s=14, alpha=0.6, color=BLUE, label="data")


def integer_ticks(ax: Axes) -> None:
    """Put the ticks of the x-axis at whole numbers."""
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def legend_above(ax: Axes) -> None:
    """Put the legend above the axes, in two columns."""
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)


def add_arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
    **style: Any,
) -> None:
    """Draw an arrow from point to point, in the units of the axes."""
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": color}
    ax.annotate("", end, start, arrowprops={**arrow, "linewidth": 1.5, **style})
