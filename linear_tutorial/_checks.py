"""Argument checks: each raises a `ValueError` that names the argument and its value."""

import math
import operator
from typing import SupportsFloat, SupportsIndex

import tensorflow as tf


def integer_at_least(minimum: int, name: str, value: SupportsIndex) -> int:
    """Return `value` as an `int`, or raise if it is no integer or less than `minimum`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = minimum - 1
    if number < minimum:
        raise ValueError(
            f"{name} must be an integer of at least {minimum}, but is {value!r}"
        )
    return number


def finite_number(
    name: str, value: SupportsFloat, *, above: float = -math.inf
) -> float:
    """Return `value` as a `float`, or raise if it is not finite or not greater than `above`."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number > above):
        bound = "" if above == -math.inf else f" greater than {above:g}"
        raise ValueError(
            f"{name} must be a finite number{bound}, but is {value!r}"
        )
    return number


def same_shape(
    first_name: str, first: tf.Tensor, second_name: str, second: tf.Tensor
) -> None:
    """Raise if two shapes differ, so that arithmetic does not broadcast them."""
    if not first.shape.is_compatible_with(second.shape):
        raise ValueError(
            f"{first_name} and {second_name} must have the same shape, "
            f"but {first_name} has {first.shape} and {second_name} has {second.shape}"
        )


def finite_tensor(
    name: str, value: object, dtype: tf.DType = tf.float32
) -> tf.Tensor:
    """Return `value` as a tensor, or raise if it is empty or has a value that is not finite."""
    tensor = tf.convert_to_tensor(value, dtype=dtype)
    if tf.size(tensor) == 0:
        raise ValueError(
            f"{name} must not be empty, but has shape {tensor.shape}"
        )
    not_finite = int(tf.math.count_nonzero(~tf.math.is_finite(tensor)))
    if not_finite:
        raise ValueError(
            f"{name} must be finite, but {not_finite} of its {int(tf.size(tensor))} values are nan or inf"
        )
    return tensor
