"""The training data: two half moons that reach into each other."""

import math

import tensorflow as tf

from linear_tutorial._checks import finite_number, integer_at_least


def make_moons(
    num_examples: int = 400, *, noise_stddev: float = 0.2, seed: int = 7
) -> tuple[tf.Tensor, tf.Tensor]:
    """Make points on two half circles, with noise; every other point belongs to the second one.

    The first half circle opens downwards. The second is the first, turned over and moved by one to
    the right and by one half upwards. Both have the radius 1. The random numbers come from a
    stateless generator (Philox), so the same seed gives the same points in every run.

    Args:
        num_examples: The number of points; at least 1.
        noise_stddev: Standard deviation of the Gaussian noise of both coordinates; 0 for none.
        seed: The seed of the places on the circles and of the noise.

    Returns:
        The pair ``(x, y)`` of float32 tensors. The points `x` have shape ``(num_examples, 2)``, their
        labels `y`, 0 and 1 in turns, shape ``(num_examples, 1)``.

    Raises:
        ValueError: If `num_examples` is not a positive integer, `noise_stddev` is negative or
            not finite, or `seed` is not an integer of at least 0.

    Example:
        >>> x, y = make_moons(4, noise_stddev=0.0)
        >>> y[:, 0].numpy().tolist()
        [0.0, 1.0, 0.0, 1.0]
        >>> centers = tf.constant([[0.0, 0.0], [1.0, 0.5], [0.0, 0.0], [1.0, 0.5]])
        >>> tf.norm(x - centers, axis=1).numpy().round(5).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    num_examples = integer_at_least(
        1, "num_examples", num_examples, below=2**31
    )
    seed = integer_at_least(0, "seed", seed)
    noise_stddev = finite_number("noise_stddev", noise_stddev, at_least=0)

    angle = math.pi * tf.random.stateless_uniform(
        [num_examples], [seed, 0], alg="philox"
    )
    label = tf.cast(tf.range(num_examples) % 2, tf.float32)
    side = 1 - 2 * label
    moons = tf.stack(
        [side * tf.cos(angle) + label, side * tf.sin(angle) + label / 2], axis=1
    )
    noise = tf.random.stateless_normal(moons.shape, [seed, 1], alg="philox")
    return moons + noise_stddev * noise, label[:, tf.newaxis]
