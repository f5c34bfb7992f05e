"""Optimizers by hand: gradient descent, gradient descent with momentum, and Adam.

They share `learning_rate` and `apply` with the optimizers of Keras; `minibatch_loop` uses no more.
Like those, each belongs to the variables that it has updated first, because momentum and Adam
remember their gradients: make a new one for each run.
"""

from collections.abc import Iterable, Sequence

import tensorflow as tf

from linear_tutorial._checks import finite_number, real_tensor, same_shape


class SGD:
    """Gradient descent; stochastic if the gradients come from random batches.

    Args:
        learning_rate: The factor by which each gradient is multiplied; greater than 0.

    Raises:
        ValueError: If `learning_rate` is not positive and finite.

    Example:
        >>> w = tf.Variable([5.0, 6.0])
        >>> SGD(0.25).apply([tf.constant([4.0, 8.0])], [w])
        >>> w.numpy().tolist()
        [4.0, 4.0]
    """

    def __init__(self, learning_rate: float) -> None:
        self._rate: tf.Variable | None = None
        if tf.executing_eagerly():
            # A variable, so that graphs do not hold on to the first value; precise, for variables of any
            # type. An optimizer that a graph makes is made anew by each trace, with its own constant.
            self._rate = tf.Variable(0.0, dtype=tf.float64)
        self.learning_rate = learning_rate
        self._variables: list[tf.Variable] = []
        self._memory: list[list[tf.Variable]] = []

    @property
    def learning_rate(self) -> float:
        """The factor by which each gradient is multiplied; it may be changed, also where a graph uses it."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = finite_number("learning_rate", value, above=0)
        if self._rate is not None:
            with tf.init_scope():
                self._rate.assign(self._learning_rate)

    def _rates(
        self, variables: Sequence[tf.Variable]
    ) -> dict[tf.DType, tf.Tensor]:
        """Return the learning rate in each type of the variables."""
        rate = self._learning_rate if self._rate is None else self._rate
        return {
            variable.dtype: tf.cast(rate, variable.dtype)
            for variable in variables
        }

    def apply(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]
    ) -> None:
        """Update variables of any shape in place, given the gradient of each.

        Raises:
            ValueError: If a gradient is missing or misshapen, or other variables were updated before.
        """
        gradients = _one_for_each(variables, gradients)
        rates = self._rates(variables)
        self._remembered(variables, 0)
        for variable, gradient in zip(variables, gradients, strict=True):
            variable.assign_sub(rates[variable.dtype] * gradient)

    def _remembered(
        self, variables: Sequence[tf.Variable], count: int
    ) -> list[list[tf.Variable]]:
        """Return so many numbers for each number in `variables`: all zero at first, then as they were left."""
        if not self._variables:
            self._variables = list(variables)
            self._memory = [
                [
                    tf.Variable(tf.zeros(each.shape, each.dtype))
                    for each in variables
                ]
                for _ in range(count)
            ]
        if list(map(id, variables)) != list(map(id, self._variables)):
            raise ValueError(
                "optimizer has updated other variables before; make a new one"
            )
        return self._memory


class Momentum(SGD):
    """Gradient descent with momentum: each step repeats a fraction of the previous one.

    Args:
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        momentum: The fraction that is repeated; at least 0 and less than 1.

    Raises:
        ValueError: If an argument is not as described.

    Example:
        >>> w, optimizer = tf.Variable(5.0), Momentum(0.25, momentum=0.5)
        >>> for _ in range(3):
        ...     optimizer.apply([tf.constant(4.0)], [w])
        ...     print(float(w))
        4.0
        2.5
        0.75
    """

    def __init__(self, learning_rate: float, momentum: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.momentum = finite_number("momentum", momentum)
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"momentum must be at least 0 and less than 1, but is {momentum!r}"
            )

    def apply(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]
    ) -> None:
        """Update variables of any shape in place; remember the step of each."""
        gradients = _one_for_each(variables, gradients)
        rates = self._rates(variables)
        (velocities,) = self._remembered(variables, 1)
        for variable, gradient, velocity in zip(
            variables, gradients, velocities, strict=True
        ):
            step = rates[variable.dtype] * gradient
            velocity.assign(self.momentum * velocity - step)
            variable.assign_add(velocity)


class Adam(SGD):
    """Adam: the moving average of the gradients, divided by their root mean square.

    The algorithm is that of Kingma and Ba, "Adam: A Method for Stochastic Optimization"; the
    constants are those of Keras.

    Args:
        learning_rate: The approximate size of the first steps; greater than 0.

    Raises:
        ValueError: If `learning_rate` is not positive and finite.

    Example:
        >>> w = tf.Variable([5.0, 6.0])
        >>> Adam(0.25).apply([tf.constant([4.0, 0.04])], [w])
        >>> w.numpy().round(5).tolist()
        [4.75, 5.75]
    """

    beta_1, beta_2, epsilon = 0.9, 0.999, 1e-7

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        # In double precision: its powers are subtracted from numbers that nearly equal them.
        self._updates = tf.Variable(0.0, dtype=tf.float64)

    def apply(
        self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]
    ) -> None:
        """Update variables of any shape in place, and both moving averages of each."""
        gradients = _one_for_each(variables, gradients)
        rates = self._rates(variables)
        means, mean_squares = self._remembered(variables, 2)
        self._updates.assign_add(1)
        # Both averages start at zero: divide by the weight that they have gathered so far.
        weight_1, weight_2 = (
            1 - tf.pow(tf.constant(beta, tf.float64), self._updates)
            for beta in (self.beta_1, self.beta_2)
        )
        for variable, gradient, mean, mean_square in zip(
            variables, gradients, means, mean_squares, strict=True
        ):
            mean.assign_add((1 - self.beta_1) * (gradient - mean))
            mean_square.assign_add(
                (1 - self.beta_2) * (tf.square(gradient) - mean_square)
            )
            corrected = mean / tf.cast(weight_1, mean.dtype)
            root = tf.sqrt(mean_square / tf.cast(weight_2, mean.dtype))
            rate = rates[variable.dtype]
            variable.assign_sub(rate * corrected / (root + self.epsilon))


def _one_for_each(
    variables: Sequence[tf.Variable], gradients: Iterable[tf.Tensor]
) -> list[tf.Tensor]:
    """Return the gradients in the types of their variables, or raise if they do not belong to them."""
    gradients = list(gradients)
    if len(gradients) != len(variables):
        raise ValueError(
            f"gradients must be {len(variables)}, one for each variable, but are {len(gradients)}"
        )
    for variable in variables:
        if not tf.as_dtype(variable.dtype).is_floating:
            raise ValueError(
                f"variables must have a floating dtype, but one has {tf.as_dtype(variable.dtype).name}"
            )
    for place, gradient in enumerate(gradients):
        if gradient is None:
            raise ValueError(
                f"gradients must not be None, but number {place} is: the loss does not depend on its variable"
            )
    tensors = [
        gradient
        if tf.is_tensor(gradient) and gradient.dtype == variable.dtype
        else real_tensor("gradients", gradient, variable.dtype)
        for variable, gradient in zip(variables, gradients, strict=True)
    ]
    for variable, tensor in zip(variables, tensors, strict=True):
        same_shape("gradients", tensor, "variables", variable)
    return tensors
