"""One worker of a cluster: run ``python -m linear_tutorial.scale_out.worker FOLDER`` on each machine.

The environment variable `TF_CONFIG` lists all workers and says which one this is. Without it, the
worker trains alone.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from linear_tutorial.data import make_data
from linear_tutorial.models import LinearModel
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
    """
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
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
    manager = tf.train.CheckpointManager(
        checkpoint, Path(folder, name), max_to_keep=2
    )
    checkpoint.restore(tf.train.latest_checkpoint(Path(folder, "chief")))

    step = tf.function(distributed_train_step)
    report(int(epoch), float(model.w.numpy()), float(model.b.numpy()))
    while epoch < EPOCHS:
        step(strategy, model, *shards, LEARNING_RATE, len(x))
        epoch.assign_add(1)
        manager.save()
        report(int(epoch), float(model.w.numpy()), float(model.b.numpy()))


def print_state(epoch: int, w: float, b: float) -> None:
    """Print the state of the training as one line of JSON."""
    print(json.dumps({"epoch": epoch, "w": w, "b": b}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m linear_tutorial.scale_out.worker",
        description="Train as a worker of the cluster that TF_CONFIG describes.",
    )
    parser.add_argument(
        "folder", help="the folder of the checkpoints, the same for all workers"
    )
    train(parser.parse_args().folder, print_state)
