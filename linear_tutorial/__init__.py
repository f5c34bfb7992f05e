"""Fit a line to noisy points: a training loop in TensorFlow, small enough to read in one sitting.

Read `data`, `models`, `loss` and `training` in this order; they are the first half of the book. Later
pages have modules or packages of their own: `minibatches`, `classifier` (data for a real model),
`faster`, `resumable`, `scale_out` and `replay`. This package imports none of them, and no figures: a
page is executed again when a module that it imports, directly or indirectly, has changed.

All loops are the same loop: predict, compute the loss, compute its gradients, update the variables.
They differ in four respects:

======================================  ================  ================  =================  ==================
Loop                                    Batch             Optimizer         Saves              Runs in
======================================  ================  ================  =================  ==================
`training_loop`                         all data          by hand           nothing            one process
`minibatches.minibatch_loop`            random examples   an argument       nothing            one process
`resumable.train`                       by update number  Keras, momentum   every 10 updates   one process
`scale_out.distributed_training_loop`   all, in shards    by hand           nothing            several devices
`scale_out.worker.train`                all, in shards    by hand           every epoch        several processes
======================================  ================  ================  =================  ==================
"""

from linear_tutorial.data import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    make_data,
    true_line,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import KerasLinearModel, LinearModel, Model
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
    "Model",
    "TrainingDivergedError",
    "make_data",
    "mean_squared_error",
    "report",
    "train_step",
    "training_loop",
    "true_line",
]
