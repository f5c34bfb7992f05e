"""Boxes and words of diagrams; it draws none itself."""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import Formatter

from linear_tutorial.figures._style import DARK_GREY

# Of boxes; in the dark, site.css turns them into dark shades of the same hues.
PALE_BLUE, PALE_ORANGE, PALE_GREY = "#E3F0F8", "#FBEADF", "#F0F0F0"


def drawing(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or new axes, without frame and ticks; the unit is an inch, the middle is at 0."""
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height))
    ax.set_xlim(-width / 2, width / 2)
    ax.set_ylim(-height / 2, height / 2)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def add_box(
    ax: Axes,
    center: tuple[float, float],
    width: float,
    height: float,
    color: str,
) -> None:
    x, y = center
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=color,
            edgecolor=DARK_GREY,
        )
    )


def write(
    ax: Axes, place: tuple[float, float], text: str, **style: Any
) -> None:
    ax.text(*place, text, **{"ha": "center", "va": "center", **style})


def show(value: Any) -> str:
    """Format a number with two decimals and a minus sign as long as the plus, but 0 without one."""
    return Formatter.fix_minus(f"{float(value):z.2f}")
