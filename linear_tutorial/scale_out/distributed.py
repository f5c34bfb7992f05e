"""Data parallelism: each replica computes the gradients of its shard, and all use their sum."""

import math
import operator
from collections.abc import Sequence

import tensorflow as tf

from linear_tutorial._checks import (
    finite_number,
    finite_tensor,
    integer_at_least,
    real_tensor,
    real_vector,
    same_shape,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import LinearModel, Model
from linear_tutorial.training import History, TrainingDivergedError


def shard_sizes(num_examples: int, num_replicas: int) -> list[int]:
    """Divide a number of examples among replicas as evenly as possible.

    Args:
        num_examples: The number of examples; at least one for each replica.
        num_replicas: The number of replicas; at least 1.

    Returns:
        The number of examples of each replica, the larger ones first.

    Raises:
        ValueError: If an argument is not as described.

    Example:
        >>> shard_sizes(201, 2)
        [101, 100]
    """
    num_replicas = integer_at_least(1, "num_replicas", num_replicas)
    num_examples = integer_at_least(num_replicas, "num_examples", num_examples)
    smaller, left_over = divmod(num_examples, num_replicas)
    return [smaller + (replica < left_over) for replica in range(num_replicas)]


def distribute(
    strategy: tf.distribute.Strategy, values: tf.Tensor, sizes: Sequence[int]
) -> tf.distribute.DistributedValues:
    """Distribute the shards of a batch to the replicas of a strategy.

    Args:
        strategy: The strategy. If it has several workers, each of them calls this function with
            the same arguments.
        values: The batch, real numbers of shape ``(N,)``; converted to float32.
        sizes: The number of examples in each shard, one shard for each replica; their sum is N.

    Returns:
        The shards of the replicas in this process, an argument for `tf.distribute.Strategy.run`.

    Raises:
        ValueError: If `values` or `sizes` is not as described.

    Example:
        >>> strategy = tf.distribute.get_strategy()  # of one replica
        >>> distribute(strategy, tf.constant([1.0, 2.0]), [2]).numpy().tolist()
        [1.0, 2.0]
    """
    values = real_vector("values", values, tf.float32)
    num_replicas = strategy.num_replicas_in_sync
    try:
        counts = [operator.index(size) for size in sizes]
    except TypeError:
        counts = []
    if (
        len(counts) != num_replicas
        or sum(counts) != len(values)
        or min(counts) < 0
    ):
        raise ValueError(
            f"sizes must be {num_replicas} numbers of examples, one for each replica, "
            f"with the sum {len(values)}, but are {sizes!r}"
        )
    shards = tf.split(values, counts)
    return strategy.experimental_distribute_values_from_function(
        lambda context: shards[context.replica_id_in_sync_group]
    )


def distributed_train_step(
    strategy: tf.distribute.Strategy,
    model: Model,
    x: tf.distribute.DistributedValues,
    y: tf.distribute.DistributedValues,
    learning_rate: float,
    global_batch_size: int | None,
) -> tf.Tensor:
    """Take one step of gradient descent on a sharded batch; `model` is changed in place.

    Args:
        strategy: The strategy.
        model: A model that was created in the scope of the strategy.
        x: The shards of the inputs, as `distribute` returns them, or an array for a single replica.
        y: The shards of the labels, likewise.
        learning_rate: The factor by which each gradient is multiplied, a number or a scalar
            tensor; that it is greater than 0 is not checked.
        global_batch_size: The number of examples in all shards. With `None`, each replica assumes
            that all shards have the size of its own.

    Returns:
        The loss *before* the update, a scalar tensor.

    Raises:
        ValueError: If `x` or `y` are not real numbers, or their shapes differ.

    Example:
        >>> strategy = tf.distribute.get_strategy()  # of one replica
        >>> model = LinearModel(w=0.0, b=0.0)
        >>> x, y = tf.constant([1.0]), tf.constant([2.0])
        >>> float(distributed_train_step(strategy, model, x, y, 0.25, 1))
        4.0
        >>> float(model.w), float(model.b)
        (1.0, 1.0)
    """
    dtype = tf.as_dtype(model.w.dtype)

    def loss_and_gradients(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
        x, y = real_tensor("x", x, dtype), real_tensor("y", y, dtype)
        x, y = same_shape("x", x, "y", y)
        with tf.GradientTape() as tape:
            squared_errors = tf.square(y - model(x))
            loss = tf.nn.compute_average_loss(
                squared_errors, global_batch_size=global_batch_size
            )
        return [loss, *tape.gradient(loss, [model.w, model.b])]

    loss, dw, db = [
        strategy.reduce("sum", shares, axis=None)
        for shares in strategy.run(loss_and_gradients, args=(x, y))
    ]
    model.w.assign_sub(learning_rate * dw)
    model.b.assign_sub(learning_rate * db)
    return loss


def distributed_training_loop(
    strategy: tf.distribute.Strategy,
    x: tf.Tensor,
    y: tf.Tensor,
    sizes: Sequence[int],
    *,
    global_batch_size: int | None,
    epochs: int = 10,
    learning_rate: float = 0.1,
) -> History:
    """Train a new model on the whole data set as one sharded batch.

    Args:
        strategy: A strategy with one worker.
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        sizes: The number of examples in each shard, one shard for each replica; their sum is N.
        global_batch_size: N. With `None`, each replica assumes that all shards have the size of
            its own.
        epochs: The number of updates; at least 0.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.

    Returns:
        A new history with ``epochs + 1`` entries.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.
        TrainingDivergedError: If the loss becomes `inf` or `nan`.

    Example:
        >>> from linear_tutorial import make_data, training_loop
        >>> strategy = tf.distribute.get_strategy()  # of one replica
        >>> x, y = make_data(5)
        >>> history = distributed_training_loop(strategy, x, y, [5], global_batch_size=5)
        >>> history == training_loop(LinearModel(), x, y)
        True
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    epochs = integer_at_least(0, "epochs", epochs)
    learning_rate = finite_number("learning_rate", learning_rate, above=0)
    if global_batch_size not in (None, len(x)):
        raise ValueError(
            f"global_batch_size must be the number of examples, {len(x)}, or None, "
            f"but is {global_batch_size!r}"
        )

    shards = [distribute(strategy, values, sizes) for values in (x, y)]
    with strategy.scope():
        model = LinearModel()
    step = tf.function(distributed_train_step)
    history = History()
    for epoch in range(epochs + 1):
        if epoch > 0:
            step(strategy, model, *shards, learning_rate, global_batch_size)
        w, b = model.w.numpy(), model.b.numpy()
        history.append(w, b, mean_squared_error(y, LinearModel(w, b)(x)))
        if not math.isfinite(history.loss[-1]):
            raise TrainingDivergedError(epoch, learning_rate, history)
    return history
