"""One worker of a cluster: run ``python -m linear_tutorial.scale_out.worker FOLDER`` on each machine.

The environment variable `TF_CONFIG` lists all workers and says which one this is. Without it, the
worker trains alone.
"""

import argparse
import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from linear_tutorial._checks import checkpoint_folder
from linear_tutorial.data import make_data
from linear_tutorial.models import LinearModel
from linear_tutorial.resumable import (
    CheckpointError,
    find_good,
    list_checkpoints,
    make_manager,
    save,
)
from linear_tutorial.scale_out.distributed import (
    distribute,
    distributed_train_step,
    shard_sizes,
)

EPOCHS = 10
LEARNING_RATE = 0.1


def train(
    folder: str | Path, report: Callable[[int, float, float], None]
) -> None:
    """Train together with the other workers, starting from the last checkpoint.

    Args:
        folder: The folder of the checkpoints, the same for all workers.
        report: Called with the epoch, `w` and `b`, at the start and after every update.

    Raises:
        ValueError: If the name of `folder` has a character that TensorFlow does not take as it is.
        CheckpointError: If a checkpoint cannot be written, if the workers have checkpoints but none of
            the chief's can be read, if they do not see the same checkpoint, or if the folder has
            checkpoints that are none of theirs.
    """
    folder = checkpoint_folder(folder)
    if list_checkpoints(folder):
        raise CheckpointError(
            f"{folder} has checkpoints itself, but those of workers are in folders within; "
            "choose the folder around it, or another one"
        )
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    restore_sigterm()
    x, y = make_data()
    sizes = shard_sizes(len(x), strategy.num_replicas_in_sync)
    shards = [distribute(strategy, values, sizes) for values in (x, y)]
    with strategy.scope():
        model = LinearModel()
    epoch = tf.Variable(0)

    # Saving may read variables of all workers, so all save. Only the chief's
    # checkpoint is restored.
    is_chief = strategy.extended.should_checkpoint
    name = "chief" if is_chief else f"{strategy.cluster_resolver.task_id}"
    checkpoint = tf.train.Checkpoint(model=model, epoch=epoch)
    manager = make_manager(checkpoint, Path(folder, name))
    last = find_start(folder)
    if last is None:
        print("starts at the beginning", file=sys.stderr)
    else:
        checkpoint.restore(last).assert_consumed()
    check_same_start(strategy, folder, epoch, model)

    step = tf.function(distributed_train_step)
    report(int(epoch), float(model.w.numpy()), float(model.b.numpy()))
    while epoch < EPOCHS:
        step(strategy, model, *shards, LEARNING_RATE, len(x))
        epoch.assign_add(1)
        save(manager, int(epoch))
        report(int(epoch), float(model.w.numpy()), float(model.b.numpy()))


def restore_sigterm() -> None:
    """Let SIGTERM do what it did before TensorFlow caught it, which goes on training."""
    # In other threads, Python sets no handlers.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))


def find_start(folder: str) -> str | None:
    """Return the path of the checkpoint to start from, or `None` if there is none to lose.

    Raises:
        CheckpointError: If only other workers than the chief have checkpoints.
    """
    last = find_good(Path(folder, "chief"), partial(print, file=sys.stderr))
    if last is None:
        # If the very first save was cut off, others may have made theirs, but none has a second one.
        for worker in sorted(Path(folder).glob("*/")):
            if len(paths := list_checkpoints(worker)) > 1:
                raise CheckpointError(
                    f"{paths[0]} exists, but all workers start from {folder}/chief, which has no "
                    "checkpoint; restore it, or choose another folder"
                )
    return last


def check_same_start(
    strategy: tf.distribute.Strategy,
    folder: str,
    epoch: tf.Variable,
    model: LinearModel,
) -> None:
    """Raise a `CheckpointError` in all workers if they do not start from the same state."""
    state = tf.stack([[float(epoch), model.w, model.b]])
    states = strategy.gather(
        strategy.experimental_distribute_values_from_function(lambda _: state),
        axis=0,
    )
    if np.any(states != states[0]):
        raise CheckpointError(
            "the workers start from different checkpoints, after the epochs "
            f"{states[:, 0].numpy().astype(int)}; all must see the same folder {folder}"
        )


def print_state(epoch: int, w: float, b: float) -> None:
    """Print the state of the training as one line of JSON."""
    print(json.dumps({"epoch": epoch, "w": w, "b": b}), flush=True)


def check_tf_config(config: str) -> None:
    """Raise a `ValueError` if `TF_CONFIG` does not describe a cluster and the place of this worker.

    Args:
        config: The value of the environment variable.

    Example:
        >>> check_tf_config('{"cluster": {"worker": ["127.0.0.1:12345"]}}')
        Traceback (most recent call last):
            ...
        ValueError: TF_CONFIG lacks "task": '{"cluster": {"worker": ["127.0.0.1:12345"]}}'
    """

    def check(fits: bool, fault: str) -> None:
        if not fits:
            raise ValueError(f"TF_CONFIG {fault}: {config!r}")

    try:
        described = json.loads(config)
    except ValueError as error:
        raise ValueError(
            f"TF_CONFIG is no JSON, {error}: {config!r}"
        ) from error
    check(isinstance(described, dict), "is no JSON object")
    for key in "cluster", "task":
        check(key in described, f'lacks "{key}"')
        check(isinstance(described[key], dict), f'has no object under "{key}"')
    cluster, task = described["cluster"], described["task"]
    for key in "type", "index":
        check(key in task, f'lacks "{key}" in "task"')
    for kind, addresses in cluster.items():
        check(
            isinstance(addresses, list)
            and all(re.fullmatch(r".+:\d+", str(each)) for each in addresses),
            f'has no list of addresses with ports under "{kind}"',
        )
    others = sorted(cluster.keys() - {"chief", "worker", "evaluator"})
    check(not others, f"has tasks that do not train here: {others}")
    found = [each for addresses in cluster.values() for each in addresses]
    check(len(set(found)) == len(found), "has the same address twice")
    check(
        not any("//" in each for each in found),
        "has an address that does not begin with the name of a machine",
    )
    check(
        str(task["index"])
        in map(str, range(len(cluster.get(str(task["type"]), [])))),
        "has a task that is not in its cluster",
    )


def check_port(config: str) -> None:
    """Raise an `OSError` if this worker cannot listen on its port; TensorFlow's error names no port."""
    described = json.loads(config)
    task = described["task"]
    address = described["cluster"][task["type"]][int(task["index"])]
    with socket.socket() as listener:
        # On all interfaces, and beside connections that are being closed, like TensorFlow's server.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", int(address.rpartition(":")[2])))
        except (OSError, OverflowError) as error:
            raise OSError(
                f"this worker cannot listen on its port, {address} ({error})"
            ) from error


def main() -> None:
    """Run the command."""
    # End at once: a signal handler in Python would run only when TensorFlow no longer waits for
    # other workers.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parser = argparse.ArgumentParser(
        prog="python -m linear_tutorial.scale_out.worker",
        description="Train as a worker of the cluster that TF_CONFIG describes.",
    )
    parser.add_argument(
        "folder", help="the folder of the checkpoints, the same for all workers"
    )
    folder = parser.parse_args().folder
    try:
        if "TF_CONFIG" in os.environ:
            check_tf_config(os.environ["TF_CONFIG"])
            check_port(os.environ["TF_CONFIG"])
        train(folder, print_state)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    # Of other names, or of other types under the same names.
    except (AssertionError, tf.errors.InvalidArgumentError):
        sys.exit(
            f"error: the checkpoints in {folder} are those of another program"
        )


if __name__ == "__main__":
    main()
