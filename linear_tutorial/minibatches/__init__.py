"""Training on batches of the data, with optimizers written by hand."""

from linear_tutorial.minibatches.batches import make_batches
from linear_tutorial.minibatches.loop import minibatch_loop
from linear_tutorial.minibatches.optimizers import SGD, Adam, Momentum

__all__ = ["SGD", "Adam", "Momentum", "make_batches", "minibatch_loop"]
