"""The data in batches: a pipeline that cuts them, and a loop with an update after each."""

import math

import keras
import tensorflow as tf

from linear_tutorial._checks import (
    finite_tensor,
    integer_at_least,
    same_shape,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.optimizers import SGD
from linear_tutorial.training import History, TrainingDivergedError


def make_batches(
    x: tf.Tensor, y: tf.Tensor, batch_size: int, *, seed: int = 42
) -> tf.data.Dataset:
    """Make a data set that shuffles the examples and cuts them into batches.

    Every iteration over it has another order. The seed fixes all of them, together with that of
    `tf.random.set_seed` where a program calls it.

    Args:
        x: Inputs, finite and not empty, shape ``(N,)``: a float32 tensor, or what can become one.
        y: Labels, likewise, of the same shape.
        batch_size: How many examples a batch has; at least 1. The last batch has what is left.
        seed: The seed of the shuffling.

    Returns:
        A data set of pairs ``(x, y)`` of float32 tensors of shape ``(batch_size,)``.

    Raises:
        ValueError: If an argument is not as described. The message names it and what was given.

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


def minibatch_loop(
    model: LinearModel | KerasLinearModel,
    x: tf.Tensor,
    y: tf.Tensor,
    optimizer: SGD | keras.optimizers.Optimizer,
    *,
    batch_size: int = 32,
    epochs: int = 10,
    seed: int = 42,
) -> History:
    """Train on one batch after another, with an update after each; `model` is changed in place.

    Args:
        model: A model with trainable scalars `w` and `b`.
        x: Inputs, finite and not empty, shape ``(N,)``: a float32 tensor, or what can become one.
        y: Labels, likewise, of the same shape.
        optimizer: What turns the gradients into an update: one of this package, or of Keras.
        batch_size: How many examples a batch has; at least 1. The last batch has what is left.
        epochs: How many passes over the data to make; at least 0.
        seed: The seed of the shuffling.

    Returns:
        A new history with an entry for the start and for each update, of which an epoch has
        several. Its losses are those of all of the data, not of a batch.

    Raises:
        ValueError: If an argument is not as described. The message names it and what was given.
        TrainingDivergedError: If the loss is not finite at the end of an epoch.

    Example:
        >>> from linear_tutorial import make_data
        >>> history = minibatch_loop(LinearModel(), *make_data(10), SGD(0.1), batch_size=4, epochs=2)
        >>> len(history.loss)
        7
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    epochs = integer_at_least(0, "epochs", epochs)
    batches = make_batches(x, y, batch_size, seed=seed)

    variables = [model.w, model.b]
    history = History()
    history.append(model.w, model.b, mean_squared_error(y, model(x)))
    for epoch in range(1, epochs + 1):
        for batch_x, batch_y in batches:
            with tf.GradientTape() as tape:
                loss = mean_squared_error(batch_y, model(batch_x))
            optimizer.apply(tape.gradient(loss, variables), variables)
            history.append(model.w, model.b, mean_squared_error(y, model(x)))
        if not math.isfinite(history.loss[-1]):
            raise TrainingDivergedError(
                epoch, float(optimizer.learning_rate), history
            )
    return history
