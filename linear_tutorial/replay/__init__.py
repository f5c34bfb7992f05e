"""A training run that was recorded in 2021, and data with which it can be replayed.

Its own data is lost: the noise was drawn without a seed. But the noise affects the training only
through three of its moments, and the recorded losses determine them.
"""

from linear_tutorial.replay.moments import (
    Moments,
    data_with_moments,
    moments_from_losses,
)
from linear_tutorial.replay.recording import recorded_losses, recorded_run

__all__ = [
    "Moments",
    "data_with_moments",
    "moments_from_losses",
    "recorded_losses",
    "recorded_run",
]
