"""The loss: one number that says how far the predictions are from the targets."""

import tensorflow as tf

from linear_tutorial._checks import real_tensor, same_shape


def mean_squared_error(
    target_y: tf.Tensor, predicted_y: tf.Tensor
) -> tf.Tensor:
    """Compute the mean of the squared differences (the L2 loss) over the whole batch.

    Args:
        target_y: The labels, real numbers in any shape; converted to float32 unless they are
            float64.
        predicted_y: The model's outputs, real numbers in the same shape; converted to the dtype of
            the labels.

    Returns:
        A scalar tensor of the same dtype, in the squared units of `target_y`.

    Raises:
        ValueError: If an argument is not as described; the message names it. If the shapes differ:
            broadcasting ``(N,)`` against ``(N, 1)`` would silently average N * N differences of
            unrelated points. (If a `tf.function` was traced without knowing the shapes, the error is
            TensorFlow's `InvalidArgumentError`, when it runs.)

    Example:
        >>> float(mean_squared_error(tf.constant([1.0, 2.0]), tf.constant([1.0, 4.0])))
        2.0
    """
    target_y = real_tensor("target_y", target_y)
    predicted_y = real_tensor("predicted_y", predicted_y, target_y.dtype)
    target_y, predicted_y = same_shape(
        "target_y", target_y, "predicted_y", predicted_y
    )
    return tf.reduce_mean(tf.square(target_y - predicted_y))
