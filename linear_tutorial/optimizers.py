"""Optimizers by hand: gradient descent, the same with momentum, and Adam.

A training loop uses their `learning_rate` and their `apply`, which those of Keras have, too.
"""

from collections.abc import Sequence

import tensorflow as tf

from linear_tutorial._checks import finite_number


class SGD:
    """Gradient descent; stochastic, when the gradient is that of a random batch.

    Args:
        learning_rate: The factor by which each gradient is multiplied; greater than 0.

    Raises:
        ValueError: If `learning_rate` is not positive and finite.

    Example:
        >>> w = tf.Variable(5.0)
        >>> SGD(0.25).apply([tf.constant(4.0)], [w])
        >>> float(w)
        4.0
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = finite_number(
            "learning_rate", learning_rate, above=0
        )

    def step(self, gradient: tf.Tensor) -> tf.Tensor:
        """Compute what an update adds to the variables, from the vector of their gradients."""
        return -self.learning_rate * gradient

    def apply(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]
    ) -> None:
        """Update scalar variables in place, each with its gradient."""
        steps = tf.unstack(self.step(tf.stack(gradients)))
        for variable, step in zip(variables, steps, strict=True):
            variable.assign_add(step)


class Momentum(SGD):
    """Gradient descent with momentum: every step repeats a part of the one before.

    Args:
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        momentum: The part that is repeated; at least 0 and less than 1.

    Raises:
        ValueError: If an argument is not as described.

    Example:
        >>> optimizer = Momentum(0.25, momentum=0.5)
        >>> [optimizer.step(4.0) for _ in range(3)]
        [-1.0, -1.5, -1.75]
    """

    def __init__(self, learning_rate: float, momentum: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.momentum = finite_number("momentum", momentum)
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"momentum must be at least 0 and less than 1, but is {momentum!r}"
            )
        self.velocity = 0.0

    def step(self, gradient: tf.Tensor) -> tf.Tensor:
        """Compute what an update adds to the variables; it is remembered for the next one."""
        self.velocity = (
            self.momentum * self.velocity - self.learning_rate * gradient
        )
        return self.velocity


class Adam(SGD):
    """Adam: for each variable, the mean of its gradients, divided by their usual size.

    The algorithm is that of Kingma and Ba, "Adam: A Method for Stochastic Optimization"; the
    constants are Keras's.

    Args:
        learning_rate: About how far a variable moves at first in one step; greater than 0.

    Raises:
        ValueError: If `learning_rate` is not positive and finite.

    Example:
        >>> [round(Adam(0.25).step(gradient), 5) for gradient in (4.0, 0.04)]
        [-0.25, -0.25]
    """

    beta_1, beta_2, epsilon = 0.9, 0.999, 1e-7

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self.updates = 0
        self.mean = self.square = 0.0

    def step(self, gradient: tf.Tensor) -> tf.Tensor:
        """Compute what an update adds to the variables; both means are remembered."""
        self.updates += 1
        self.mean += (1 - self.beta_1) * (gradient - self.mean)
        self.square += (1 - self.beta_2) * (gradient**2 - self.square)
        # Both start at zero, which would hold them down in the first updates.
        mean = self.mean / (1 - self.beta_1**self.updates)
        square = self.square / (1 - self.beta_2**self.updates)
        return -self.learning_rate * mean / (square**0.5 + self.epsilon)
