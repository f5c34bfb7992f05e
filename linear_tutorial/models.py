"""The model ``f(x) = x * w + b``, as a plain TensorFlow module and as a Keras model."""

from collections.abc import Sequence
from typing import Protocol

import keras
import tensorflow as tf

from linear_tutorial._checks import one_number, real_tensor

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "Keras must run on TensorFlow here, but its backend is "
        f"{keras.backend.backend()}: set KERAS_BACKEND=tensorflow"
    )


class Model(Protocol):
    """The interface that the training loops need: a callable with two trainable scalars.

    Attributes:
        w (tf.Variable): The weight (slope), a scalar variable.
        b (tf.Variable): The bias (intercept), a scalar variable.
        trainable_variables (Sequence[tf.Variable]): Both of them, in any order.
    """

    w: tf.Variable
    b: tf.Variable
    trainable_variables: Sequence[tf.Variable]

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Predict `y` for real inputs `x` of any shape."""


class LinearModel(tf.Module):
    """A line with a trainable slope `w` and intercept `b`.

    Args:
        w: The weight (slope) to start from.
        b: The bias (intercept) to start from.

    Raises:
        ValueError: If one of them is not a real number.

    Example:
        >>> model = LinearModel()
        >>> float(model(3.0))
        15.0
        >>> len(model.trainable_variables)
        2
    """

    def __init__(self, w: float = 5.0, b: float = 0.0) -> None:
        super().__init__()
        self.w = tf.Variable(one_number("w", w), name="w")
        self.b = tf.Variable(one_number("b", b), name="b")

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Predict `y` for real inputs `x` of any shape; they are converted to float32.

        Raises:
            ValueError: If `x` is not as described.
        """
        x = real_tensor("x", x, tf.float32)
        return x * self.w + self.b


class KerasLinearModel(keras.Model):
    """The same line as a Keras model: Keras tracks, saves and restores its two weights.

    `add_weight` creates them, because Keras 3 does not track a `tf.Variable` attribute.

    Args:
        w: The weight (slope) to start from.
        b: The bias (intercept) to start from.

    Raises:
        ValueError: If one of them is not a real number.

    Example:
        >>> model = KerasLinearModel()
        >>> float(model(tf.constant(3.0)))
        15.0
        >>> [weight.name for weight in model.weights]
        ['w', 'b']
    """

    def __init__(self, w: float = 5.0, b: float = 0.0) -> None:
        super().__init__()
        w, b = one_number("w", w), one_number("b", b)
        self.w = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(w), name="w"
        )
        self.b = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(b), name="b"
        )

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Predict `y` for a tensor `x` of real numbers in any shape; Keras takes no bare numbers.

        They are converted to the dtype in which Keras computes, float32 by default.

        Raises:
            ValueError: If `x` is not as described.
        """
        x = real_tensor("x", x, self.compute_dtype)
        return x * self.w + self.b
