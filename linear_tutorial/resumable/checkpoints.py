"""Save checkpoints, check them, and restore the newest one that is not damaged."""

import re
from pathlib import Path

import tensorflow as tf

MAX_TO_KEEP = 3


class CheckpointError(OSError):
    """A checkpoint cannot be written, or no checkpoint can be read."""


def save(manager: tf.train.CheckpointManager) -> str:
    """Save a checkpoint under the number of updates made.

    Args:
        manager: The manager of a state, as `resume` returns it.

    Returns:
        The path of the checkpoint, without the suffixes of its files.

    Raises:
        CheckpointError: If it cannot be written; earlier checkpoints are not changed.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from linear_tutorial.resumable import new_state
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
    """Restore the newest good checkpoint, and print its path; start anew if there is none at all.

    Args:
        state: The result of `new_state`; changed in place.
        folder: The folder of the checkpoints; created if it does not exist.

    Returns:
        A manager that saves checkpoints in the folder and keeps the last three.

    Raises:
        CheckpointError: If the folder has checkpoints, but none of them can be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from linear_tutorial.resumable import new_state
        >>> with TemporaryDirectory() as folder:
        ...     manager = resume(new_state(), folder)
        starts at the beginning
    """
    paths = list_checkpoints(folder)
    for path in paths:
        damage = find_damage(path)
        if damage is None:
            state.restore(path).assert_consumed()
            print(f"goes on from {path}")
            break
        print(f"passes over {path}: {damage}")
    else:
        # One unfinished checkpoint and no list: the first save was killed.
        if len(paths) > 1 or Path(folder, "checkpoint").exists():
            raise CheckpointError(
                f"no checkpoint in {folder} can be read; "
                "to begin anew, choose another folder"
            )
        print("starts at the beginning")
    return _manager(state, folder)


def list_checkpoints(folder: str | Path) -> list[str]:
    """List the checkpoints in a folder, damaged ones included, the newest first.

    The names of the files tell; the list that the manager keeps may be damaged itself.

    Args:
        folder: A folder, which need not exist.

    Returns:
        The paths of the checkpoints, without the suffixes of their files.

    Example:
        >>> list_checkpoints("no such folder")
        []
    """
    files = (path.name for path in Path(folder).glob("ckpt-*"))
    matches = (re.match(r"ckpt-(\d+)\.(index|data)", name) for name in files)
    numbers = {int(match[1]) for match in matches if match}
    return [
        str(Path(folder, f"ckpt-{number}"))
        for number in sorted(numbers, reverse=True)
    ]


def find_damage(path: str) -> str | None:
    """Read a whole checkpoint, and return the reason if that fails.

    Reading compares the same checksums as a restore. But a restore that fails may have changed some
    variables already.

    Args:
        path: The path of a checkpoint, without the suffixes of its files.

    Returns:
        The reason why the checkpoint cannot be read, or `None` if it can.

    Example:
        >>> find_damage("no such file") is None
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
    """Return a manager for a folder, whose own list may be damaged."""
    try:
        return tf.train.CheckpointManager(state, str(folder), MAX_TO_KEEP)
    except ValueError:
        # Only the manager uses the list; without it, it starts a new one.
        Path(folder, "checkpoint").unlink()
        return tf.train.CheckpointManager(state, str(folder), MAX_TO_KEEP)


def _last_good(folder: str) -> str | None:
    """Return the path of the newest checkpoint that can be read."""
    good = (
        path for path in list_checkpoints(folder) if find_damage(path) is None
    )
    return next(good, None)


def _reason(error: Exception) -> str:
    """Return the part of an error message from TensorFlow that names the cause."""
    # The first line names files, then the cause, then the operation.
    message = str(error).splitlines()[0]
    return message.rpartition("; ")[2].partition(" [Op:")[0]
