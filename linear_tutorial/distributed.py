"""Data parallelism: every replica works on a shard of the batch, and all make the same update."""

import math
from collections.abc import Sequence

import tensorflow as tf

from linear_tutorial._checks import (
    finite_number,
    finite_tensor,
    integer_at_least,
    same_shape,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import LinearModel
from linear_tutorial.training import History, TrainingDivergedError


def shard_sizes(num_examples: int, num_replicas: int) -> list[int]:
    """Share examples out among replicas, as evenly as their number allows.

    Args:
        num_examples: How many examples; at least one for every replica.
        num_replicas: How many replicas; at least 1.

    Returns:
        The number of examples of each replica; larger shards come first.

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
    """Give each replica of a strategy its shard of a batch.

    Args:
        strategy: The strategy. If it has several workers, each of them calls this function with the
            same arguments, and gets its own shard.
        values: The batch, a tensor of shape ``(N,)``.
        sizes: The number of examples in each shard, one for every replica; N in all.

    Returns:
        The shards, as arguments for `tf.distribute.Strategy.run`.

    Raises:
        ValueError: If `sizes` are not as described.

    Example:
        >>> strategy = tf.distribute.get_strategy()  # of one replica
        >>> distribute(strategy, tf.constant([1.0, 2.0]), [2]).numpy().tolist()
        [1.0, 2.0]
    """
    num_replicas = strategy.num_replicas_in_sync
    if len(sizes) != num_replicas or sum(sizes) != len(values):
        raise ValueError(
            f"sizes must be {num_replicas} numbers, one for each replica, "
            f"with the sum {len(values)}, but are {sizes!r}"
        )
    shards = tf.split(values, sizes)
    return strategy.experimental_distribute_values_from_function(
        lambda context: shards[context.replica_id_in_sync_group]
    )


def distributed_train_step(
    strategy: tf.distribute.Strategy,
    model: LinearModel,
    x: tf.distribute.DistributedValues,
    y: tf.distribute.DistributedValues,
    learning_rate: float,
    global_batch_size: int | None,
) -> tf.Tensor:
    """Take one step of gradient descent on a batch in shards; `model` is changed in place.

    Args:
        strategy: The strategy.
        model: A model that was made in the scope of the strategy.
        x: The shards of the inputs.
        y: The shards of the labels.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        global_batch_size: The number of examples in all shards together. If it is `None`, every
            replica takes all shards to be as large as its own.

    Returns:
        The loss *before* the update, a scalar tensor.

    Raises:
        ValueError: If the shapes of `x` and `y` differ, or `learning_rate` is not positive
            and finite.

    Example:
        >>> strategy = tf.distribute.get_strategy()  # of one replica
        >>> model = LinearModel(w=0.0, b=0.0)
        >>> x, y = tf.constant([1.0]), tf.constant([2.0])
        >>> float(distributed_train_step(strategy, model, x, y, 0.25, 1))
        4.0
        >>> float(model.w), float(model.b)
        (1.0, 1.0)
    """
    learning_rate = finite_number("learning_rate", learning_rate, above=0)

    def loss_and_gradients(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
        same_shape("x", x, "y", y)
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
    """Train a new model on the whole data set as one batch, cut into shards.

    Args:
        strategy: The strategy, of one worker.
        x: Inputs, finite and not empty, shape ``(N,)``: a float32 tensor, or what can become one.
        y: Labels, likewise, of the same shape.
        sizes: The number of examples in each shard, one for every replica; N in all.
        global_batch_size: N; or `None`, and every replica takes all shards to be as large as its
            own.
        epochs: How many updates to make; at least 0.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.

    Returns:
        A new history with ``epochs + 1`` entries.

    Raises:
        ValueError: If an argument is not as described. The message names it and what was given.
        TrainingDivergedError: If the loss stops being finite.

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
