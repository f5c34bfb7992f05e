"""The moments of the noise: solve for them, and make data that has them."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from linear_tutorial._checks import (
    finite_number,
    finite_tensor,
    integer_at_least,
    same_shape,
)
from linear_tutorial.data import TRUE_B, TRUE_W, make_data, true_line
from linear_tutorial.replay.recording import recorded_run


class Moments(NamedTuple):
    """The three means through which the noise affects the training.

    Attributes:
        mean_noise: The mean of the noise; it shifts the best line up.
        mean_x_noise: The mean of `x` times the noise; it tilts the best line.
        mean_square_noise: The mean of the squared noise; it bounds the loss from below.

    Example:
        >>> Moments(mean_noise=0.0, mean_x_noise=0.0, mean_square_noise=1.0)
        Moments(mean_noise=0.0, mean_x_noise=0.0, mean_square_noise=1.0)
    """

    mean_noise: float
    mean_x_noise: float
    mean_square_noise: float


def moments_from_losses(losses: np.ndarray, rounding: np.ndarray) -> Moments:
    """Compute the moments of the noise from the losses of a run with the setup of the recorded one.

    Args:
        losses: The losses after 0, 1, 2, ... updates, at least 3; converted to float64.
        rounding: The largest rounding error of each loss, of the same shape; the inverse is the
            weight of the loss.

    Returns:
        The moments whose losses are closest to the given ones, by weighted least squares.

    Raises:
        ValueError: If an argument is not finite, the shapes differ, there are fewer than 3 losses,
            a rounding error is not greater than 0, or no noise leads to such losses.

    Example:
        >>> from linear_tutorial.replay import recorded_losses
        >>> moments = moments_from_losses(*recorded_losses())
        >>> [round(moment, 3) for moment in moments]
        [-0.004, -0.023, 0.842]
    """
    losses = finite_tensor("losses", losses, tf.float64)
    rounding = finite_tensor("rounding", rounding, tf.float64)
    same_shape("losses", losses, "rounding", rounding)
    if np.ndim(losses) != 1 or np.min(rounding) <= 0:
        raise ValueError(
            "losses and rounding must be lists of numbers, each rounding greater than 0, "
            f"but have shape {losses.shape}, and the least rounding is {np.min(rounding)}"
        )
    count = integer_at_least(3, "the number of losses", len(losses))
    setup = recorded_run()["setup"]
    x, _ = make_data()
    mean_square_x = np.mean(np.square(x, dtype=float))

    # Each update multiplies the distances from the best line by these factors.
    factor_w = 1 - 2 * setup["learning_rate"] * mean_square_x
    factor_b = 1 - 2 * setup["learning_rate"]
    updates = np.arange(count)
    equations = [
        mean_square_x * factor_w ** (2 * updates),
        factor_b ** (2 * updates),
        np.ones(count),
    ]
    unknowns = np.linalg.lstsq(
        np.transpose(equations / np.asarray(rounding)),
        losses / rounding,
        rcond=None,  # Without it, NumPy 1 warns.
    )[0]
    if min(unknowns) < 0:
        raise ValueError(
            "losses must be those of a run with the setup of the recorded one, "
            "but its squared distances from the best line, and the loss there, "
            f"would be {unknowns}"
        )
    squared_distance_w, squared_distance_b, best_loss = unknowns

    # W fell to the best line, and b rose to it.
    best_w = setup["start_w"] - np.sqrt(squared_distance_w)
    best_b = setup["start_b"] + np.sqrt(squared_distance_b)
    mean_noise = best_b - TRUE_B
    mean_x_noise = mean_square_x * (best_w - TRUE_W)
    mean_square_noise = (
        best_loss + mean_x_noise**2 / mean_square_x + mean_noise**2
    )
    return Moments(
        float(mean_noise), float(mean_x_noise), float(mean_square_noise)
    )


def data_with_moments(
    moments: Moments, *, seed: int = 42
) -> tuple[tf.Tensor, tf.Tensor]:
    """Make data like `make_data`, but with these moments of the noise.

    Args:
        moments: The moments of the noise.
        seed: The seed of the noise, which is then changed to have the moments.

    Returns:
        The pair ``(x, y)`` of float32 tensors of shape ``(NUM_EXAMPLES,)``.

    Raises:
        ValueError: If no noise has such moments, that is, if `mean_square_noise` is not greater
            than the mean square of the line that has the other two moments.

    Example:
        >>> moments = Moments(mean_noise=0.5, mean_x_noise=0.0, mean_square_noise=1.0)
        >>> x, y = data_with_moments(moments)
        >>> round(float(tf.reduce_mean(y)), 4)
        2.5
    """
    mean_noise = finite_number("moments.mean_noise", moments.mean_noise)
    mean_x_noise = finite_number("moments.mean_x_noise", moments.mean_x_noise)
    x32, y32 = make_data(seed=seed)
    x, y = np.asarray(x32, float), np.asarray(y32, float)

    # A line that has the first two moments ...
    line = mean_noise + mean_x_noise / np.mean(x**2) * x
    mean_square_line = np.mean(line**2)
    mean_square_noise = finite_number(
        "moments.mean_square_noise",
        moments.mean_square_noise,
        above=mean_square_line,
    )
    # ... and noise without them, scaled so that the sum has the third.
    rest = y - np.polyval(np.polyfit(x, y, deg=1), x)
    missing = mean_square_noise - mean_square_line
    noise = line + np.sqrt(missing / np.mean(rest**2)) * rest
    return x32, tf.constant(true_line(x) + noise, tf.float32)
