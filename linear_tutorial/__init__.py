"""Fit a line to noisy points: a training loop in TensorFlow, small enough to read in one sitting.

The package is what the tutorial's pages run and show. Read the modules in this order:
`data`, `models`, `loss`, `training`; `plots` draws the figures. `optimizers`, `minibatches`,
`resumable`, `distributed`, `worker` and `cluster` belong to the pages beyond the basics, `replay` to
the one about a run of 2021.
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
from linear_tutorial.minibatches import make_batches, minibatch_loop
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.optimizers import SGD, Adam, Momentum
from linear_tutorial.replay import (
    Moments,
    data_with_moments,
    moments_from_losses,
    recorded_losses,
    recorded_run,
)
from linear_tutorial.training import (
    History,
    TrainingDivergedError,
    report,
    train_step,
    training_loop,
)

__all__ = [
    "NUM_EXAMPLES",
    "SGD",
    "TRUE_B",
    "TRUE_W",
    "Adam",
    "EndedWorker",
    "History",
    "KerasLinearModel",
    "LinearModel",
    "Moments",
    "Momentum",
    "TrainingDivergedError",
    "WorkersFailedError",
    "data_with_moments",
    "distribute",
    "distributed_train_step",
    "distributed_training_loop",
    "make_batches",
    "make_data",
    "mean_squared_error",
    "minibatch_loop",
    "moments_from_losses",
    "recorded_losses",
    "recorded_run",
    "report",
    "run_workers",
    "shard_sizes",
    "train_step",
    "training_loop",
    "true_line",
]
