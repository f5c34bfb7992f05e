"""Independent references in float64: what training must do, by formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def design_matrix(x: Array) -> Array:
    """Return the matrix whose product with (w, b) is the line's height at each `x`."""
    return np.stack([np.asarray(x, float), np.ones(len(x))], axis=1)


def least_squares(x: Array, y: Array) -> Array:
    """Return the (w, b) of the line with the smallest loss."""
    return np.linalg.lstsq(design_matrix(x), np.asarray(y, float))[0]


def loss(x: Array, y: Array, w: float, b: float) -> float:
    """Return the mean squared error of a line."""
    return float(
        np.mean((np.asarray(y, float) - (np.asarray(x, float) * w + b)) ** 2)
    )


def gradient(x: Array, y: Array, w: float, b: float) -> Array:
    """Return the derivatives of the loss with respect to w and b."""
    a = design_matrix(x)
    return 2 / len(a) * a.T @ (a @ [w, b] - np.asarray(y, float))


def trajectory(
    x: Array,
    y: Array,
    start: tuple[float, float],
    learning_rate: float,
    epochs: int,
) -> Array:
    """Return (w, b) after 0 to `epochs` updates, without taking a single step.

    The distance to the least-squares line is multiplied by ``I - learning_rate * H`` in every
    update, where H is the constant second derivative of the loss.
    """
    a = design_matrix(x)
    best = least_squares(x, y)
    curvatures, axes = np.linalg.eigh(2 / len(a) * a.T @ a)
    distance = axes.T @ (np.asarray(start, float) - best)
    factors = (1 - learning_rate * curvatures) ** np.arange(epochs + 1)[:, None]
    return best + factors * distance @ axes.T
