"""Data-parallel training: on several devices of one process, and on a cluster of workers."""

from linear_tutorial.scale_out.cluster import (
    CompletedWorker,
    WorkersFailedError,
    prepare_workers,
    run_workers,
)
from linear_tutorial.scale_out.distributed import (
    distribute,
    distributed_train_step,
    distributed_training_loop,
    shard_sizes,
)

__all__ = [
    "CompletedWorker",
    "WorkersFailedError",
    "distribute",
    "distributed_train_step",
    "distributed_training_loop",
    "prepare_workers",
    "run_workers",
    "shard_sizes",
]
