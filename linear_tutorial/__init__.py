"""Fit a line to noisy points: a training loop in TensorFlow, small enough to read in one sitting.

The package is what the tutorial's pages run and show. Read the modules in this order:
`data`, `models`, `loss`, `training`, then `optimizers` and `minibatches`; `plots` draws the figures.
"""

from linear_tutorial.data import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    make_data,
    true_line,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.minibatches import make_batches, minibatch_loop
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.optimizers import SGD, Adam, Momentum
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
    "History",
    "KerasLinearModel",
    "LinearModel",
    "Momentum",
    "TrainingDivergedError",
    "make_batches",
    "make_data",
    "mean_squared_error",
    "minibatch_loop",
    "report",
    "train_step",
    "training_loop",
    "true_line",
]
