"""The training data: noisy points on a known line."""

import tensorflow as tf

from linear_tutorial._checks import finite_number, integer_at_least

TRUE_W = 3.0
TRUE_B = 2.0
NUM_EXAMPLES = 201


def true_line(x: tf.Tensor) -> tf.Tensor:
    """Compute the line that the data is made from, ``x * TRUE_W + TRUE_B``.

    Args:
        x: A number, array or tensor of floats, of any shape.

    Returns:
        The line's height at each `x`, with the shape of `x`.

    Example:
        >>> true_line(4.0)
        14.0
    """
    return x * TRUE_W + TRUE_B


def make_data(
    num_examples: int = NUM_EXAMPLES,
    *,
    noise_stddev: float = 1.0,
    seed: int = 42,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Make evenly spaced inputs and noisy outputs around the true line.

    The noise comes from a stateless generator (Philox), so the same seed gives the same points in
    every run, whatever else was drawn before.

    Args:
        num_examples: The number of points; at least 1.
        noise_stddev: Standard deviation of the Gaussian noise, in units of `y`; 0 for none.
        seed: The seed of the noise.

    Returns:
        The pair ``(x, y)`` of float32 tensors of shape ``(num_examples,)``; `x` runs from
        -2 to 2.

    Raises:
        ValueError: If `num_examples` is not a positive integer, `noise_stddev` is negative or
            not finite, or `seed` is not an integer of at least 0.

    Example:
        >>> x, y = make_data(5, noise_stddev=0.0)
        >>> x.numpy().tolist()
        [-2.0, -1.0, 0.0, 1.0, 2.0]
        >>> y.numpy().tolist()
        [-4.0, -1.0, 2.0, 5.0, 8.0]
    """
    num_examples = integer_at_least(
        1, "num_examples", num_examples, below=2**31
    )
    seed = integer_at_least(0, "seed", seed)
    noise_stddev = finite_number("noise_stddev", noise_stddev, at_least=0)

    x = tf.linspace(-2.0, 2.0, num_examples)
    noise = tf.random.stateless_normal(x.shape, seed=[seed, 0], alg="philox")
    return x, true_line(x) + noise_stddev * noise
