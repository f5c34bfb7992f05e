"""Fit a line to noisy points: a training loop in TensorFlow, small enough to read in one sitting.

The package is what the tutorial's pages run and show. Read the modules in this order:
`data`, `models`, `loss`, `training`; `plots` draws the figures. `distributed`, `worker` and `cluster`
belong to the page about more than one machine.
"""

from linear_tutorial.cluster import (
    EndedWorker,
    WorkersFailedError,
    run_workers,
)
from linear_tutorial.data import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    make_data,
    true_line,
)
from linear_tutorial.distributed import (
    distribute,
    distributed_train_step,
    distributed_training_loop,
    shard_sizes,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.training import (
    History,
    TrainingDivergedError,
    report,
    train_step,
    training_loop,
)

__all__ = [
    "NUM_EXAMPLES",
    "TRUE_B",
    "TRUE_W",
    "EndedWorker",
    "History",
    "KerasLinearModel",
    "LinearModel",
    "TrainingDivergedError",
    "WorkersFailedError",
    "distribute",
    "distributed_train_step",
    "distributed_training_loop",
    "make_data",
    "mean_squared_error",
    "report",
    "run_workers",
    "shard_sizes",
    "train_step",
    "training_loop",
    "true_line",
]
