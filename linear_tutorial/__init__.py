"""Fit a line to noisy points: a training loop in TensorFlow, small enough to read in one sitting.

The package is what the tutorial's pages run and show. Read the modules in this order:
`data`, `models`, `loss`, `training`; `plots` draws the figures. Each of the others belongs to a page
of the second half, which imports it from where it is: a page is executed again when a module that it
imports changes, and no other page has to be.
"""

from linear_tutorial.data import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    make_data,
    true_line,
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
    "History",
    "KerasLinearModel",
    "LinearModel",
    "TrainingDivergedError",
    "make_data",
    "mean_squared_error",
    "report",
    "train_step",
    "training_loop",
    "true_line",
]
