"""The training loop whose whole state fits into a checkpoint."""

import math
from pathlib import Path

import keras
import tensorflow as tf

from linear_tutorial._checks import (
    finite_tensor,
    integer_at_least,
    same_shape,
    usable_optimizer,
)
from linear_tutorial.data import make_data
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import KerasLinearModel
from linear_tutorial.resumable.checkpoints import resume, save

BATCH_SIZE = 32
SAVE_EVERY = 10


def new_state() -> tf.train.Checkpoint:
    """Create the whole state of a training run, as it is before the first update.

    Returns:
        A checkpoint with the attributes `model` and `optimizer`. The optimizer counts the
        updates.

    Example:
        >>> state = new_state()
        >>> float(state.model.w), int(state.optimizer.iterations)
        (5.0, 0)
    """
    model = KerasLinearModel()
    optimizer = keras.optimizers.SGD(learning_rate=0.02, momentum=0.9)
    # Create the velocities now, not at the first update: `assert_consumed`
    # checks only variables that exist.
    optimizer.build(model.trainable_variables)
    return tf.train.Checkpoint(model=model, optimizer=optimizer)


def batch_of_update(
    x: tf.Tensor, y: tf.Tensor, update: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Choose the examples of an update; each epoch has all examples, in a new order.

    A stateless generator (Philox) derives the order from the number of the epoch, so the batch
    depends on the number of the update alone.

    Args:
        x: All inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: All labels, of the same shape, finite; converted to float32.
        update: The number of updates made before; at least 0.

    Returns:
        The inputs and labels of the batch, 32 each, or the rest at the end of an epoch.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.

    Example:
        >>> x, y = make_data(5)
        >>> sorted(batch_of_update(x, y, 0)[0].numpy().tolist())
        [-2.0, -1.0, 0.0, 1.0, 2.0]
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    update = integer_at_least(0, "update", update)
    epoch, batch = divmod(update, math.ceil(len(x) / BATCH_SIZE))
    order = tf.random.experimental.stateless_shuffle(
        tf.range(len(x)), seed=[0, epoch], alg="philox"
    )
    chosen = order[batch * BATCH_SIZE : (batch + 1) * BATCH_SIZE]
    return tf.gather(x, chosen), tf.gather(y, chosen)


def train_on_batch(
    state: tf.train.Checkpoint, batch_x: tf.Tensor, batch_y: tf.Tensor
) -> tf.Tensor:
    """Take one training step on a batch; `state` is changed in place.

    Args:
        state: The result of `new_state`, or another checkpoint with a `model` and an `optimizer`.
        batch_x: Inputs, a tensor of real numbers of shape ``(N,)``.
        batch_y: Labels, real numbers of the same shape.

    Returns:
        The loss of the batch *before* the update, a scalar tensor.

    Raises:
        ValueError: If a batch is not as described, or the optimizer scales the loss; nothing is changed.

    Example:
        >>> state = new_state()
        >>> loss = train_on_batch(state, *make_data())
        >>> int(state.optimizer.iterations)
        1
    """
    usable_optimizer(state.optimizer)
    with tf.GradientTape() as tape:
        predictions = state.model(batch_x, training=True)
        loss = mean_squared_error(batch_y, predictions)
    variables = state.model.trainable_variables
    state.optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def train(folder: str | Path, *, updates: int) -> tf.train.Checkpoint:
    """Train from the last good checkpoint in a folder up to a number of updates.

    A checkpoint is saved after every ten updates and at the end.

    Args:
        folder: The folder of the checkpoints; created if it does not exist.
        updates: The number of updates, including those of earlier runs; at least 0.

    Returns:
        The state after the last update.

    Raises:
        ValueError: If `updates` is not an integer of at least 0, or if the name of `folder` has a
            character that TensorFlow does not take as it is: ``*``, ``?``, ``[``, a backslash.
        CheckpointError: If a checkpoint cannot be written, or the folder has checkpoints but
            none of them can be read, or it cannot be created or read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     state = train(folder, updates=20)
        ...     _ = train(folder, updates=20)  # doctest: +ELLIPSIS
        starts at the beginning
        goes on from ...ckpt-20
    """
    updates = integer_at_least(0, "updates", updates)
    x, y = make_data()
    state = new_state()
    manager = resume(state, folder)
    for update in range(int(state.optimizer.iterations), updates):
        train_on_batch(state, *batch_of_update(x, y, update))
        if (update + 1) % SAVE_EVERY == 0 or update + 1 == updates:
            save(manager, update + 1)
    return state
