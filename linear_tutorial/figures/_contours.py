"""The contours of the loss, which several figures have in the background."""

from collections.abc import Iterable
from itertools import chain
from math import ceil, floor

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.data import TRUE_B, TRUE_W
from linear_tutorial.training import History


def add_contours(
    ax: Axes, x: tf.Tensor, y: tf.Tensor, histories: Iterable[History]
) -> None:
    """Draw the contours of the loss around all paths and the true values of W and b."""
    all_w = [TRUE_W, *chain(*(history.w for history in histories))]
    all_b = [TRUE_B, *chain(*(history.b for history in histories))]
    # Limits at whole numbers: a rounding error in a path does not move the labels.
    w = np.linspace(floor(min(all_w)) - 1, ceil(max(all_w)) + 1, 81)
    b = np.linspace(floor(min(all_b)) - 1, ceil(max(all_b)) + 1, 81)
    predictions = w[None, :, None] * np.asarray(x) + b[:, None, None]
    losses = np.square(np.asarray(y) - predictions).mean(axis=-1)
    levels = [1.5, 2, 3, 4, 6, 8, 11, 14]
    contours = ax.contour(
        w, b, losses, levels=levels, colors="0.6", linewidths=1
    )
    ax.clabel(contours, fontsize="small")
    ax.set_aspect("equal")
