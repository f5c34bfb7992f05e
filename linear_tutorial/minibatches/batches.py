"""A pipeline that shuffles the data and cuts it into batches."""

import tensorflow as tf

from linear_tutorial._checks import (
    finite_tensor,
    integer_at_least,
    same_shape,
)


def make_batches(
    x: tf.Tensor, y: tf.Tensor, batch_size: int, *, seed: int = 42
) -> tf.data.Dataset:
    """Make a data set that shuffles the examples and cuts them into batches.

    Each iteration over it has a new order. All orders follow from the seed, together with that of
    `tf.random.set_seed` if the program has called it.

    Args:
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        batch_size: The number of examples in a batch, at least 1; the last batch has the rest.
        seed: The seed of the shuffling; at least 0.

    Returns:
        A data set of pairs ``(x, y)`` of float32 tensors of shape ``(batch_size,)``.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.

    Example:
        >>> from linear_tutorial import make_data
        >>> [len(batch_x) for batch_x, batch_y in make_batches(*make_data(10), 4)]
        [4, 4, 2]
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    batch_size = integer_at_least(1, "batch_size", batch_size)
    seed = integer_at_least(0, "seed", seed)

    examples = tf.data.Dataset.from_tensor_slices((x, y))
    shuffled = examples.shuffle(buffer_size=len(x), seed=seed)
    return shuffled.batch(batch_size).prefetch(1)
