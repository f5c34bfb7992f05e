"""Save checkpoints, check them, and restore the newest one that is not damaged."""

import re
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from linear_tutorial._checks import checkpoint_folder

MAX_TO_KEEP = 3


class CheckpointError(OSError):
    """A checkpoint cannot be written, or no checkpoint can be read."""


def save(manager: tf.train.CheckpointManager, updates: int) -> str:
    """Save a checkpoint under the number of updates made.

    Args:
        manager: The manager of a state, as `resume` returns it.
        updates: The number of updates made.

    Returns:
        The path of the checkpoint, without the suffixes of its files.

    Raises:
        CheckpointError: If it cannot be written; earlier checkpoints are not changed.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from linear_tutorial.resumable import new_state
        >>> with TemporaryDirectory() as folder:
        ...     manager = tf.train.CheckpointManager(new_state(), folder, max_to_keep=3)
        ...     Path(save(manager, 0)).name
        'ckpt-0'
    """
    try:
        return str(manager.save(checkpoint_number=updates))
    except tf.errors.OpError as error:
        reason = _reason(error)
        if isinstance(error, tf.errors.NotFoundError):
            reason = "a part of it is gone; does another process write there?"
        good = _last_good(manager.directory) or "none"
        raise CheckpointError(
            f"update {updates} could not be saved ({reason}); "
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
        ValueError: If the name of the folder has a character that TensorFlow does not take as it is.
        CheckpointError: If the folder has checkpoints, but none of them can be read, or if it cannot
            be created or read.
        AssertionError: If the checkpoint has other parts than `state`; the message is TensorFlow's.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from linear_tutorial.resumable import new_state
        >>> with TemporaryDirectory() as folder:
        ...     manager = resume(new_state(), folder)
        starts at the beginning
    """
    path = find_good(folder)
    if path is None:
        print("starts at the beginning")
    else:
        state.restore(path).assert_consumed()
        print(f"goes on from {path}")
    return make_manager(state, folder)


def find_good(
    folder: str | Path, report: Callable[[str], object] = print
) -> str | None:
    """Return the path of the newest good checkpoint, or `None` if the folder has none at all.

    Args:
        folder: The folder of the checkpoints, which need not exist.
        report: Called with a line of text for each damaged checkpoint that is passed over.

    Returns:
        The path of the checkpoint, without the suffixes of its files, or `None`.

    Raises:
        ValueError: If the name of the folder has a character that TensorFlow does not take as it is.
        CheckpointError: If the folder has checkpoints, but none of them can be read, or if it cannot
            be read itself.

    Example:
        >>> find_good("no such folder") is None
        True
    """
    paths = list_checkpoints(checkpoint_folder(folder))
    for path in paths:
        damage = find_damage(path)
        if damage is None:
            return path
        report(f"passes over {path}: {damage}")
    # To begin anew is right only if the very first save was cut off: then there is one checkpoint
    # at most, whose index is missing or empty, and no list.
    indexes = [Path(f"{path}.index") for path in paths]
    written = [
        each for each in indexes if each.exists() and each.stat().st_size
    ]
    if len(paths) > 1 or written or Path(folder, "checkpoint").exists():
        raise CheckpointError(
            f"no checkpoint in {folder} can be read; "
            "to begin anew, choose another folder"
        )
    return None


def list_checkpoints(folder: str | Path) -> list[str]:
    """List the checkpoints in a folder, damaged ones included, the newest first.

    The names of the files tell; the list that the manager keeps may be damaged itself.

    Args:
        folder: A folder, which need not exist.

    Returns:
        The paths of the checkpoints, without the suffixes of their files.

    Raises:
        CheckpointError: If the folder exists and cannot be read.

    Example:
        >>> list_checkpoints("no such folder")
        []
    """
    try:
        names = [path.name for path in Path(folder).iterdir()]
    except FileNotFoundError:
        names = []
    except OSError as error:
        raise CheckpointError(
            f"{folder} cannot be read ({error.strerror})"
        ) from error
    matches = (re.match(r"ckpt-(\d+)\.(index|data)", name) for name in names)
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


def make_manager(
    state: tf.train.Checkpoint, folder: str | Path
) -> tf.train.CheckpointManager:
    """Make a manager that keeps the last three checkpoints of a folder, whose list may be damaged.

    Args:
        state: What the manager saves.
        folder: The folder of the checkpoints; created if it does not exist.

    Returns:
        The manager.

    Raises:
        CheckpointError: If the folder cannot be created, or has a damaged list that cannot be deleted.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     make_manager(tf.train.Checkpoint(), folder).checkpoints
        []
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        try:
            return tf.train.CheckpointManager(state, str(folder), MAX_TO_KEEP)
        except ValueError:
            # Only the manager uses the list; without it, it starts a new one.
            Path(folder, "checkpoint").unlink()
            return tf.train.CheckpointManager(state, str(folder), MAX_TO_KEEP)
    except OSError as error:
        raise CheckpointError(
            f"{folder} cannot be used ({error.strerror})"
        ) from error


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
