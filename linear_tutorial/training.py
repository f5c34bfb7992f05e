"""Gradient descent by hand: one step, the loop around it, and the history of a run."""

import math
from dataclasses import dataclass, field

import tensorflow as tf

from linear_tutorial._checks import (
    finite_number,
    finite_tensor,
    integer_at_least,
    same_shape,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import Model


@dataclass
class History:
    """The states of a training run: entry `k` of each list is the value after `k` updates.

    Attributes:
        w: The weight (slope); entry 0 is the value before training.
        b: The bias (intercept), likewise.
        loss: The loss on the whole data set with this `w` and `b`.

    Example:
        >>> history = History()
        >>> history.append(5.0, 0.0, 10.5)
        >>> history
        History(w=[5.0], b=[0.0], loss=[10.5])
    """

    w: list[float] = field(default_factory=list)
    b: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)

    def append(self, w: float, b: float, loss: float) -> None:
        """Append one state to the three lists."""
        self.w.append(_number(w))
        self.b.append(_number(b))
        self.loss.append(_number(loss))


def _number(value: object) -> float:
    """Return a number, or the value of a scalar; the variables of a strategy have no `float`."""
    numpy = getattr(value, "numpy", None)
    return float(numpy() if numpy else value)  # type: ignore[arg-type]


class TrainingDivergedError(ArithmeticError):
    """The loss is no longer finite.

    Attributes:
        epoch: The epoch after which the loss was `inf` or `nan`.
        learning_rate: The learning rate of the run.
        history: All states up to and including that epoch.
    """

    def __init__(
        self, epoch: int, learning_rate: float, history: History
    ) -> None:
        start = history.loss[0]
        if math.isfinite(start):
            message = (
                f"the loss is {history.loss[-1]} after epoch {epoch} "
                f"with learning_rate={learning_rate:g}; try a smaller one"
            )
        else:
            message = (
                f"the loss is {start} before the first update, whatever the learning rate; "
                "is a number in the data or in the model too large, or nan?"
            )
        super().__init__(message)
        self.epoch = epoch
        self.learning_rate = learning_rate
        self.history = history

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Return how to make it again, as `multiprocessing` does; its message is no argument."""
        return type(self), (self.epoch, self.learning_rate, self.history)


def report(model: Model, loss: float) -> str:
    """Format the parameters of a model and its loss as one line.

    Args:
        model: The model, with scalars `w` and `b`.
        loss: The loss of that model.

    Returns:
        The line, without a line break.

    Example:
        >>> from linear_tutorial import LinearModel
        >>> report(LinearModel(4.46, 0.4), 6.3148)
        'W = 4.46, b = 0.40, loss=6.31480'
    """
    w, b = _number(model.w), _number(model.b)
    return f"W = {w:.2f}, b = {b:.2f}, loss={_number(loss):.5f}"


def train_step(
    model: Model, x: tf.Tensor, y: tf.Tensor, learning_rate: float
) -> tf.Tensor:
    """Take one step of gradient descent on a batch; `model` is changed in place.

    Args:
        model: A model with trainable variables, of any number and shape.
        x: Inputs, real numbers of shape ``(N,)``, which the model converts to its dtype; for a Keras
            model, a tensor or an array.
        y: Labels, real numbers of the same shape; `mean_squared_error` calls them `target_y`.
        learning_rate: The factor by which each gradient is multiplied, a number or a scalar
            tensor of the model's dtype; that it is greater than 0 is not checked.

    Returns:
        The loss *before* the update, a scalar tensor.

    Raises:
        ValueError: If `x` or `y` is not as described; `model` is not changed.
        TypeError: If the loss does not depend on one of the variables; those before it are changed.

    Example:
        >>> from linear_tutorial import LinearModel
        >>> model = LinearModel(w=0.0, b=0.0)
        >>> float(train_step(model, tf.constant([1.0]), tf.constant([2.0]), 0.25))
        4.0
        >>> float(model.w), float(model.b)
        (1.0, 1.0)
    """
    with tf.GradientTape() as tape:
        loss = mean_squared_error(y, model(x))
    variables = model.trainable_variables
    gradients = tape.gradient(loss, variables)
    for variable, gradient in zip(variables, gradients, strict=True):
        variable.assign_sub(learning_rate * gradient)
    return loss


def training_loop(
    model: Model,
    x: tf.Tensor,
    y: tf.Tensor,
    *,
    epochs: int = 10,
    learning_rate: float = 0.1,
) -> History:
    """Train on the whole data set as one batch, once per epoch; `model` is changed in place.

    Args:
        model: A model with trainable scalars `w` and `b`.
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        epochs: The number of updates; at least 0.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.

    Returns:
        A new history with ``epochs + 1`` entries.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.
        TrainingDivergedError: If the loss becomes `inf` or `nan`.

    Example:
        >>> from linear_tutorial import LinearModel, make_data
        >>> history = training_loop(LinearModel(), *make_data(noise_stddev=0.0), epochs=200)
        >>> round(history.w[-1], 4), round(history.b[-1], 4)
        (3.0, 2.0)
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    epochs = integer_at_least(0, "epochs", epochs)
    learning_rate = finite_number("learning_rate", learning_rate, above=0)

    history = History()
    for epoch in range(epochs + 1):
        if epoch > 0:
            train_step(model, x, y, learning_rate)
        history.append(model.w, model.b, mean_squared_error(y, model(x)))
        if not math.isfinite(history.loss[-1]):
            raise TrainingDivergedError(epoch, learning_rate, history)
    return history
