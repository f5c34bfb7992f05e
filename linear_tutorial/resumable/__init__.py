"""Training that can be stopped at any moment and resumed from its last checkpoint.

Run ``python -m linear_tutorial.resumable FOLDER``, kill it, and run it again.
"""

from linear_tutorial.resumable.checkpoints import (
    CheckpointError,
    find_damage,
    find_good,
    list_checkpoints,
    make_manager,
    resume,
    save,
)
from linear_tutorial.resumable.training import (
    batch_of_update,
    new_state,
    train,
    train_on_batch,
)

__all__ = [
    "CheckpointError",
    "batch_of_update",
    "find_damage",
    "find_good",
    "list_checkpoints",
    "make_manager",
    "new_state",
    "resume",
    "save",
    "train",
    "train_on_batch",
]
