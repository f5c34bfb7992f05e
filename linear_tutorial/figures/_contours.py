"""The contours of the loss, which several figures have in the background."""

from collections.abc import Iterable
from itertools import product

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial._checks import finite_tensor, same_shape
from linear_tutorial.data import TRUE_B, TRUE_W
from linear_tutorial.training import History

TRUTH = np.array([TRUE_W, TRUE_B])
LEVELS = np.array([1.5, 3, 5, 8, 12])


def add_contours(
    ax: Axes, x: tf.Tensor, y: tf.Tensor, histories: Iterable[History]
) -> None:
    """Draw the contours of the loss around all paths and the true values of W and b."""
    x, y = same_shape("x", finite_tensor("x", x), "y", finite_tensor("y", y))
    paths = np.vstack([TRUTH, *map(_path, histories)])
    w, b = _grid(paths[:, 0]), _grid(paths[:, 1])
    x, y = np.asarray(x), np.asarray(y)
    predictions = w[None, :, None] * x + b[:, None, None]
    losses = np.square(y - predictions).mean(axis=-1)
    contours = ax.contour(
        w, b, losses, levels=LEVELS, colors="0.6", linewidths=1
    )
    ax.grid(visible=False)
    # Equal units would make a line of the axes where only one of the two has diverged.
    if 0.1 < np.ptp(w) / np.ptp(b) < 10:
        ax.set_aspect("equal")
    for label in ax.clabel(
        contours,
        fmt="%g",
        fontsize="small",
        colors="0.4",
        manual=_label_places(x, y, w, b, paths),
    ):
        label.set_rotation(0)


def _path(history: History) -> np.ndarray:
    """Return points along the path of a run, closer to each other than its states."""
    states = np.arange(len(history.w))
    between = np.linspace(0, len(history.w) - 1, 10 * len(history.w))
    with np.errstate(invalid="ignore"):
        return np.transpose(
            [np.interp(between, states, run) for run in (history.w, history.b)]
        )


def _grid(values: np.ndarray) -> np.ndarray:
    """Return evenly spaced numbers around all values that are finite."""
    finite = values[np.isfinite(values)]
    # Limits at whole numbers: a rounding error in a path does not move the labels.
    return np.linspace(
        np.floor(finite.min()) - 1, np.ceil(finite.max()) + 1, 81
    )


def _label_places(
    x: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    paths: np.ndarray,
) -> np.ndarray:
    """Return where the contours meet a straight line from the true values to a corner.

    It is the corner for which they are farthest from the paths; those that are still too close to
    one are left out.
    """
    finite = paths[np.isfinite(paths).all(axis=1)]
    size = np.ptp(w), np.ptp(b)
    candidates: list[tuple[float, np.ndarray]] = []
    for corner in product(w[[0, -1]], b[[0, -1]]):
        places = _crossings(x, y, corner - TRUTH)
        ways = (places[:, None] - finite) / size
        distances = np.linalg.norm(ways, axis=-1).min(axis=1)
        candidates.append((distances.sum(), places[distances > 0.06]))
    return max(candidates, key=lambda candidate: candidate[0])[1]


def _crossings(x: np.ndarray, y: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Return where the contours meet the straight way from the true values to a corner."""
    # With r and p, the loss is mean((r - t * p)**2) at the part t of the way: solve for t.
    r, p = y - (x * TRUE_W + TRUE_B), x * way[0] + way[1]
    square, mixed = np.mean(p**2), np.mean(r * p)
    root = mixed**2 + square * (LEVELS - np.mean(r**2))
    t = (mixed + np.sqrt(root[root > 0])) / square
    # A label at the corner would lie on the frame.
    return TRUTH + np.outer(t[(t > 0) & (t < 0.95)], way)
