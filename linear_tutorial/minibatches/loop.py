"""The training loop with an update after each batch."""

import math

import keras
import tensorflow as tf

from linear_tutorial._checks import (
    finite_tensor,
    integer_at_least,
    usable_optimizer,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.minibatches.batches import make_batches
from linear_tutorial.minibatches.optimizers import SGD
from linear_tutorial.models import Model
from linear_tutorial.training import History, TrainingDivergedError


def minibatch_loop(
    model: Model,
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
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        optimizer: Turns gradients into an update; one of this package or of Keras, or an object
            with `apply` and `learning_rate` like theirs; not used with another model before, and
            not scaling the loss.
        batch_size: The number of examples in a batch, at least 1; the last batch has the rest.
        epochs: The number of passes over the data; at least 0.
        seed: The seed of the shuffling; at least 0.

    Returns:
        A new history with an entry for the start and one for each update, several in an epoch.
        Its losses are computed on the whole data set, not on a batch.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.
        TrainingDivergedError: If the loss is `inf` or `nan` at the end of an epoch.

    Example:
        >>> from linear_tutorial import LinearModel, make_data
        >>> history = minibatch_loop(LinearModel(), *make_data(10), SGD(0.1), batch_size=4, epochs=2)
        >>> len(history.loss)
        7
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    epochs = integer_at_least(0, "epochs", epochs)
    usable_optimizer(optimizer)
    batches = make_batches(x, y, batch_size, seed=seed)

    variables = model.trainable_variables
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
