"""Optimizers by hand: gradient descent, gradient descent with momentum, and Adam.

They share `learning_rate` and `apply` with the optimizers of Keras; `minibatch_loop` uses no more.
Like those, each belongs to the variables that it has updated first, because momentum and Adam
remember their gradients: make a new one for each run.
"""

from collections.abc import Sequence

import tensorflow as tf

from linear_tutorial._checks import finite_number


class SGD:
    """Gradient descent; stochastic if the gradients come from random batches.

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
        self.variables: list[tf.Variable] = []

    def step(self, gradient: tf.Tensor) -> tf.Tensor:
        """Return the change of the variables for the vector of their gradients."""
        return -self.learning_rate * gradient

    def apply(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]
    ) -> None:
        """Update scalar variables in place, given the gradient of each.

        Raises:
            ValueError: If the optimizer has updated other variables before; none is changed.
        """
        if not self.variables:
            self.variables = list(variables)
        for own, variable in zip(self.variables, variables, strict=True):
            if own is not variable:
                raise ValueError(
                    "optimizer has updated other variables before; make a new one"
                )
        steps = tf.unstack(self.step(tf.stack(gradients)))
        for variable, step in zip(variables, steps, strict=True):
            variable.assign_add(step)


class Momentum(SGD):
    """Gradient descent with momentum: each step repeats a fraction of the previous one.

    Args:
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        momentum: The fraction that is repeated; at least 0 and less than 1.

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
        """Return the change of the variables, and keep it for the next step."""
        self.velocity = (
            self.momentum * self.velocity - self.learning_rate * gradient
        )
        return self.velocity


class Adam(SGD):
    """Adam: the moving average of the gradients, divided by their root mean square.

    The algorithm is that of Kingma and Ba, "Adam: A Method for Stochastic Optimization"; the
    constants are those of Keras.

    Args:
        learning_rate: The approximate size of the first steps; greater than 0.

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
        self.mean = self.mean_square = 0.0

    def step(self, gradient: tf.Tensor) -> tf.Tensor:
        """Return the change of the variables, and update both moving averages."""
        self.updates += 1
        self.mean += (1 - self.beta_1) * (gradient - self.mean)
        self.mean_square += (1 - self.beta_2) * (gradient**2 - self.mean_square)
        # Both averages start at zero: correct this bias.
        mean = self.mean / (1 - self.beta_1**self.updates)
        mean_square = self.mean_square / (1 - self.beta_2**self.updates)
        return -self.learning_rate * mean / (mean_square**0.5 + self.epsilon)
