"""The loss: one number that says how far the predictions are from the targets."""

import tensorflow as tf

from linear_tutorial._checks import same_shape


def mean_squared_error(
    target_y: tf.Tensor, predicted_y: tf.Tensor
) -> tf.Tensor:
    """Compute the mean of the squared differences (the L2 loss) over the whole batch.

    Args:
        target_y: The labels, a float tensor or array of any shape.
        predicted_y: The model's outputs, of the same shape and dtype.

    Returns:
        A scalar tensor, in the squared units of `target_y`.

    Raises:
        ValueError: If the shapes differ. Broadcasting ``(N,)`` against ``(N, 1)`` would
            silently average N * N differences of unrelated points.

    Example:
        >>> float(mean_squared_error(tf.constant([1.0, 2.0]), tf.constant([1.0, 4.0])))
        2.0
    """
    target_y = tf.convert_to_tensor(target_y)
    predicted_y = tf.convert_to_tensor(predicted_y)
    same_shape("target_y", target_y, "predicted_y", predicted_y)
    return tf.reduce_mean(tf.square(target_y - predicted_y))
