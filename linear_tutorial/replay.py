"""A run that was printed in 2021, and data with which it can be replayed.

Its own data is lost: the noise was drawn without a seed. But the course of training depends on the
noise only through three moments, and the losses that were printed determine them.
"""

import json
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from linear_tutorial._checks import (
    finite_number,
    finite_tensor,
    integer_at_least,
    same_shape,
)
from linear_tutorial.data import TRUE_B, TRUE_W, make_data, true_line


class Moments(NamedTuple):
    """The three means through which the noise `n` acts on the course of training.

    Attributes:
        n: The mean of `n`; it lifts the best line.
        xn: The mean of `x` times `n`; it tilts the best line.
        nn: The mean of the square of `n`; it sets how small the loss can become.

    Example:
        >>> Moments(n=0.0, xn=0.0, nn=1.0)
        Moments(n=0.0, xn=0.0, nn=1.0)
    """

    n: float
    xn: float
    nn: float


def recorded_run() -> dict[str, Any]:
    """Read the setup of the run and all figures that it printed.

    Returns:
        What is in `recorded-run.json`, a file of this package.

    Example:
        >>> recorded_run()["w_after_epoch"][:3]
        [4.46, 4.06, 3.77]
    """
    file = resources.files("linear_tutorial").joinpath("recorded-run.json")
    run: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return run


def recorded_losses() -> tuple[np.ndarray, np.ndarray]:
    """Gather the losses of the run: one for the start, and one after every update.

    Keras's `fit` printed all but the last, with four decimals. The first and the last were also
    printed by themselves, with six.

    Returns:
        The losses, and half a unit of the last digit of each, which rounding may have changed.

    Example:
        >>> losses, rounding = recorded_losses()
        >>> len(losses), float(losses[1]), float(rounding[1])
        (11, 6.3148, 5e-05)
    """
    run = recorded_run()
    losses = [
        run["loss_before_training"],
        *run["loss_printed_by_keras_fit"][1:],
        run["loss_after_training"],
    ]
    rounding = np.full(len(losses), 0.5e-4)
    rounding[[0, -1]] = 0.5e-6
    return np.array(losses), rounding


def moments_from_losses(losses: np.ndarray, rounding: np.ndarray) -> Moments:
    """Find the moments of the noise from the losses of a run that was set up as the recorded one.

    Args:
        losses: The losses after 0, 1, 2, ... updates; at least 3.
        rounding: How much each may be off; one that is known better weighs more.

    Returns:
        The moments whose losses come closest, by weighted least squares.

    Raises:
        ValueError: If an argument is not finite, the shapes differ, there are fewer than 3 losses,
            or no noise leads to such losses.

    Example:
        >>> moments = moments_from_losses(*recorded_losses())
        >>> [round(moment, 3) for moment in moments]
        [-0.004, -0.023, 0.842]
    """
    losses = finite_tensor("losses", losses, tf.float64)
    rounding = finite_tensor("rounding", rounding, tf.float64)
    same_shape("losses", losses, "rounding", rounding)
    count = integer_at_least(3, "the number of losses", len(losses))
    setup = recorded_run()["setup"]
    x, _ = make_data()
    x_squared = np.mean(np.square(x, dtype=float))

    # Every update shrinks the distances from the best line by fixed factors.
    updates = np.arange(count)
    shrink_w = 1 - 2 * setup["learning_rate"] * x_squared
    shrink_b = 1 - 2 * setup["learning_rate"]
    equations = [
        x_squared * shrink_w ** (2 * updates),
        shrink_b ** (2 * updates),
        np.ones(count),
    ]
    unknowns = np.linalg.lstsq(
        np.transpose(equations / np.asarray(rounding)), losses / rounding
    )[0]
    if min(unknowns) < 0:
        raise ValueError(
            "losses must be those of a run set up as the recorded one, "
            f"but the squares of their distances would be {unknowns}"
        )
    w_squared, b_squared, best_loss = unknowns

    # W fell to its best value, b rose.
    xn = x_squared * (setup["start_w"] - np.sqrt(w_squared) - TRUE_W)
    n = setup["start_b"] + np.sqrt(b_squared) - TRUE_B
    nn = best_loss + xn**2 / x_squared + n**2
    return Moments(float(n), float(xn), float(nn))


def data_with_moments(
    moments: Moments, *, seed: int = 42
) -> tuple[tf.Tensor, tf.Tensor]:
    """Make data like `make_data`, but give its noise these moments.

    Args:
        moments: The moments of the noise.
        seed: The seed of the noise, of which only what the moments leave open is kept.

    Returns:
        The pair ``(x, y)`` of float32 tensors of shape ``(NUM_EXAMPLES,)``.

    Raises:
        ValueError: If no noise has such moments: if `nn` is not greater than what `n` and `xn`
            alone make of it.

    Example:
        >>> x, y = data_with_moments(Moments(n=0.5, xn=0.0, nn=1.0))
        >>> round(float(tf.reduce_mean(y)), 4)
        2.5
    """
    n = finite_number("moments.n", moments.n)
    xn = finite_number("moments.xn", moments.xn)
    x32, y32 = make_data(seed=seed)
    x, y = np.asarray(x32, float), np.asarray(y32, float)

    # The first two moments ask for this much of the noise, ...
    line = n + xn / np.mean(x**2) * x
    least = np.mean(line**2)
    missing = finite_number("moments.nn", moments.nn, above=least) - least
    # ... and the third for as much of some noise that leaves those two alone.
    rest = y - np.polyval(np.polyfit(x, y, deg=1), x)
    noise = line + np.sqrt(missing / np.mean(rest**2)) * rest
    return x32, tf.constant(true_line(x) + noise, tf.float32)
