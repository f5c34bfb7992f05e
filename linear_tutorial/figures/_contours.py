"""The contours of the loss, which several figures have in the background."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.data import TRUE_B, TRUE_W
from linear_tutorial.training import History


def add_contours(
    ax: Axes, x: tf.Tensor, y: tf.Tensor, histories: Iterable[History]
) -> None:
    """Draw the contours of the loss around all paths and the true values of W and b."""
    w = _grid([TRUE_W, *chain(*(history.w for history in histories))])
    b = _grid([TRUE_B, *chain(*(history.b for history in histories))])
    predictions = w[None, :, None] * np.asarray(x) + b[:, None, None]
    losses = np.square(np.asarray(y) - predictions).mean(axis=-1)
    levels = [1.5, 2, 3, 4, 6, 8, 11, 14]
    contours = ax.contour(
        w, b, losses, levels=levels, colors="0.6", linewidths=1
    )
    ax.clabel(contours, fontsize="small")
    # Equal units would make a line of the axes where only one of the two has diverged.
    if 0.1 < np.ptp(w) / np.ptp(b) < 10:
        ax.set_aspect("equal")


def _grid(values: list[float]) -> np.ndarray:
    """Return evenly spaced numbers around all values that are finite."""
    finite = np.array(values)[np.isfinite(values)]
    # Limits at whole numbers: a rounding error in a path does not move the labels.
    return np.linspace(
        np.floor(finite.min()) - 1, np.ceil(finite.max()) + 1, 81
    )
