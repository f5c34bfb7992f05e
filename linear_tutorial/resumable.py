"""Training that can be stopped at any moment, and then goes on as if nothing had happened.

Start it with ``python -m linear_tutorial.resumable FOLDER``, kill it, and start it again.
"""

import argparse
import math
import re
import sys
from pathlib import Path

import keras
import tensorflow as tf

from linear_tutorial._checks import integer_at_least
from linear_tutorial.data import make_data
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import KerasLinearModel
from linear_tutorial.training import report

BATCH_SIZE = 32
SAVE_EVERY = 10
KEEP = 3


class CheckpointError(OSError):
    """A checkpoint could not be written, or none can be read."""


def new_state() -> tf.train.Checkpoint:
    """Make all that a training run has to remember, as it is before the first update.

    Returns:
        A checkpoint of a `model` and an `optimizer`, which are its attributes. The optimizer
        counts the updates.

    Example:
        >>> state = new_state()
        >>> float(state.model.w), int(state.optimizer.iterations)
        (5.0, 0)
    """
    model = KerasLinearModel()
    optimizer = keras.optimizers.SGD(learning_rate=0.02, momentum=0.9)
    # Otherwise the first update would make the velocities, too late to
    # check that each has found its value in a checkpoint.
    optimizer.build(model.trainable_variables)
    return tf.train.Checkpoint(model=model, optimizer=optimizer)


def batch_of_update(
    x: tf.Tensor, y: tf.Tensor, update: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Choose the examples for an update: every epoch takes all of them, in an order of its own.

    The order is drawn by a stateless generator (Philox) from the number of the epoch, so the
    number of the update is all that one has to know.

    Args:
        x: All inputs, shape ``(N,)``.
        y: All labels, shape ``(N,)``.
        update: How many updates were made before; at least 0.

    Returns:
        The batch's inputs and labels, 32 of them or, at the end of an epoch, what is left.

    Raises:
        ValueError: If `update` is not an integer of at least 0.

    Example:
        >>> x, y = make_data(5)
        >>> sorted(batch_of_update(x, y, 0)[0].numpy().tolist())
        [-2.0, -1.0, 0.0, 1.0, 2.0]
    """
    update = integer_at_least(0, "update", update)
    epoch, place = divmod(update, math.ceil(len(x) / BATCH_SIZE))
    order = tf.random.experimental.stateless_shuffle(
        tf.range(len(x)), seed=[0, epoch], alg="philox"
    )
    chosen = order[place * BATCH_SIZE : (place + 1) * BATCH_SIZE]
    return tf.gather(x, chosen), tf.gather(y, chosen)


def train_on_batch(
    state: tf.train.Checkpoint, batch_x: tf.Tensor, batch_y: tf.Tensor
) -> tf.Tensor:
    """Take the four steps of training on a batch; `state` is changed in place.

    Args:
        state: What `new_state` returns, or another checkpoint with a `model` and an `optimizer`.
        batch_x: Inputs, a float32 tensor of shape ``(N,)``.
        batch_y: Labels, of the same dtype and shape.

    Returns:
        The loss of the batch *before* the update, a scalar tensor.

    Example:
        >>> state = new_state()
        >>> loss = train_on_batch(state, *make_data())
        >>> int(state.optimizer.iterations)
        1
    """
    with tf.GradientTape() as tape:
        loss = mean_squared_error(batch_y, state.model(batch_x))
    variables = state.model.trainable_variables
    state.optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def train(folder: str | Path, *, updates: int) -> tf.train.Checkpoint:
    """Train up to a number of updates, going on from the last good checkpoint in a folder.

    A checkpoint is saved after every ten updates and at the end.

    Args:
        folder: Where the checkpoints are; made if it does not exist.
        updates: How many updates to make in all, together with those of earlier runs; at least 0.

    Returns:
        The state at the end.

    Raises:
        ValueError: If `updates` is not an integer of at least 0.
        CheckpointError: If a checkpoint cannot be written, or none of those in the folder can
            be read.

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
            save(manager)
    return state


def save(manager: tf.train.CheckpointManager) -> str:
    """Save a checkpoint, numbered by the updates made.

    Args:
        manager: The manager of a state, as `resume` returns it.

    Returns:
        The path of the checkpoint, without the endings of its files.

    Raises:
        CheckpointError: If it cannot be written. The earlier ones are left as they are.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     manager = tf.train.CheckpointManager(new_state(), folder, max_to_keep=3)
        ...     Path(save(manager)).name
        'ckpt-0'
    """
    updates = int(manager.checkpoint.optimizer.iterations)
    try:
        return str(manager.save(checkpoint_number=updates))
    except tf.errors.OpError as error:
        good = _last_good(manager.directory) or "none"
        raise CheckpointError(
            f"update {updates} could not be saved ({_reason(error)}); "
            f"last good checkpoint: {good}"
        ) from error


def resume(
    state: tf.train.Checkpoint, folder: str | Path
) -> tf.train.CheckpointManager:
    """Restore the newest checkpoint that is whole, and print which; none at all is a fresh start.

    Args:
        state: What `new_state` returns; changed in place.
        folder: Where the checkpoints are; made if it does not exist.

    Returns:
        A manager that saves the next ones there and keeps the last three.

    Raises:
        CheckpointError: If there were checkpoints, but none of them can be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     manager = resume(new_state(), folder)
        starts at the beginning
    """
    paths = saved_in(folder)
    for path in paths:
        damage = damage_of(path)
        if damage is None:
            state.restore(path).assert_consumed()
            print(f"goes on from {path}")
            break
        print(f"passes over {path}: {damage}")
    else:
        # A kill can leave the first checkpoint unfinished, and no list yet.
        if len(paths) > 1 or Path(folder, "checkpoint").exists():
            raise CheckpointError(
                f"no checkpoint in {folder} can be read; "
                "to begin anew, choose another folder"
            )
        print("starts at the beginning")
    return _manager(state, folder)


def saved_in(folder: str | Path) -> list[str]:
    """List the checkpoints in a folder, whole or not, the newest first.

    It looks at the files, because the manager's own list can be damaged, too.

    Args:
        folder: A folder, which need not exist.

    Returns:
        The paths of the checkpoints, without the endings of their files.

    Example:
        >>> saved_in("no such folder")
        []
    """
    files = (path.name for path in Path(folder).glob("ckpt-*"))
    matches = (re.match(r"ckpt-(\d+)\.(index|data)", name) for name in files)
    numbers = {int(match[1]) for match in matches if match}
    return [
        str(Path(folder, f"ckpt-{number}"))
        for number in sorted(numbers, reverse=True)
    ]


def damage_of(path: str) -> str | None:
    """Read all of a checkpoint, and say what is wrong with it.

    A restore that fails may have changed some variables already; reading changes nothing, and
    compares the same checksums.

    Args:
        path: A checkpoint, without the endings of its files.

    Returns:
        The reason why it cannot be read, or `None` if it can.

    Example:
        >>> damage_of("no such file") is None
        False
    """
    try:
        reader = tf.train.load_checkpoint(path)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    # TensorFlow raises errors of several unrelated classes here.
    except Exception as error:
        return _reason(error)
    return None


def _manager(
    state: tf.train.Checkpoint, folder: str | Path
) -> tf.train.CheckpointManager:
    try:
        return tf.train.CheckpointManager(state, str(folder), KEEP)
    except ValueError:
        # Its list is damaged; nothing else needs it, and the manager begins a
        # new one.
        Path(folder, "checkpoint").unlink()
        return tf.train.CheckpointManager(state, str(folder), KEEP)


def _last_good(folder: str) -> str | None:
    good = (path for path in saved_in(folder) if damage_of(path) is None)
    return next(good, None)


def _reason(error: Exception) -> str:
    # TensorFlow names files first, one of them at random, and the operation last.
    message = str(error).splitlines()[0]
    return message.rpartition("; ")[2].partition(" [Op:")[0]


def _main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m linear_tutorial.resumable",
        description="Train a line; if it was stopped, go on from the last good checkpoint.",
    )
    parser.add_argument("folder", help="where the checkpoints are")
    parser.add_argument(
        "--updates", type=int, default=280, help="how many to make in all"
    )
    options = parser.parse_args()
    try:
        state = train(options.folder, updates=options.updates)
    except (CheckpointError, ValueError) as error:
        sys.exit(f"error: {error}")
    x, y = make_data()
    print(report(state.model, mean_squared_error(y, state.model(x))))


if __name__ == "__main__":
    _main()
