"""The numbers that the recorded run printed."""

import json
from importlib import resources
from typing import Any

import numpy as np


def recorded_run() -> dict[str, Any]:
    """Return the setup of the recorded run and all numbers that it printed.

    Returns:
        The contents of `recorded-run.json`, a file of this package.

    Example:
        >>> recorded_run()["w_after_epoch"][:3]
        [4.46, 4.06, 3.77]
    """
    file = resources.files(__package__).joinpath("recorded-run.json")
    run: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return run


def recorded_losses() -> tuple[np.ndarray, np.ndarray]:
    """Return the losses of the recorded run, before training and after every update.

    All but the last were printed by Keras's `fit`, with four decimals; the first and the last were
    also printed separately, with six decimals.

    Returns:
        The losses, and the largest rounding error of each, half a unit of its last printed digit;
        two float64 arrays of shape ``(11,)``.

    Example:
        >>> losses, rounding = recorded_losses()
        >>> len(losses), float(losses[1]), float(rounding[1])
        (11, 6.3148, 5e-05)
    """
    run = recorded_run()
    losses = [
        run["loss_before_training"],
        *run["loss_printed_by_keras_fit"][1:],
        run["loss_after_training"],
    ]
    rounding = np.full(len(losses), 0.5e-4)
    rounding[[0, -1]] = 0.5e-6
    return np.array(losses), rounding
