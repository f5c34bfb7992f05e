"""Argument checks: each raises a `ValueError` that names the argument and its value."""

import math
import operator
import os
import re
import reprlib
from typing import SupportsFloat, SupportsIndex

import numpy as np
import tensorflow as tf


def integer_at_least(
    minimum: int, name: str, value: SupportsIndex, *, below: int = 2**63
) -> int:
    """Return `value` as an `int`, or raise if it is no integer or out of bounds.

    The upper bound is that of TensorFlow's int64 by default.
    """
    try:
        number = operator.index(value)
    # Of a tensor that is no integer, TensorFlow asks NumPy, which raises the second.
    except (TypeError, AttributeError):
        number = minimum - 1
    if number < minimum:
        raise ValueError(
            f"{name} must be an integer of at least {minimum}, but is {value!r}"
        )
    if number >= below:
        raise ValueError(f"{name} must be less than {below}, but is {value!r}")
    return number


def finite_number(
    name: str,
    value: SupportsFloat,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
) -> float:
    """Return `value` as a `float`, or raise if it is not finite or out of bounds."""
    try:
        # Python would read a number from text as well.
        number = math.nan if isinstance(value, str | bytes) else float(value)
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number > above and number >= at_least):
        bound = "" if above == -math.inf else f" greater than {above:g}"
        if at_least != -math.inf:
            bound = f" of at least {at_least:g}"
        raise ValueError(
            f"{name} must be a finite number{bound}, but is {value!r}"
        )
    return number


def checkpoint_folder(folder: str | os.PathLike[str]) -> str:
    r"""Return `folder` as text, or raise if TensorFlow would not take it for the name of a local folder.

    TensorFlow finds the files of a checkpoint by patterns, in which ``*``, ``?``, ``[`` and ``\``
    have a meaning: in ``run[1]`` it finds nothing, and with ``run?`` it deletes the old checkpoints
    of ``run1`` as well.
    """
    name = os.fspath(folder)
    # On Windows, the backslash separates folders.
    found = re.search(
        r"[*?\[\\\0\ud800-\udfff]|://|^$", name.replace(os.sep, "/")
    )
    if found:
        raise ValueError(
            "folder must be the name of a local folder without any of * ? [ \\, "
            f"but has {found[0]!r}: {name!r}"
        )
    # `Path` would raise for a name that is too long.
    if not os.path.isdir(name) and os.path.isfile(f"{name.rstrip('/')}.index"):  # noqa: PTH112, PTH113
        raise ValueError(
            f"folder must be the folder of the checkpoints, but is one of them: {name!r}"
        )
    return name


def same_shape(
    first_name: str, first: tf.Tensor, second_name: str, second: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return both tensors, or raise if their shapes differ, so that arithmetic does not broadcast them.

    Within a `tf.function`, shapes may be unknown until it runs; what uses the result then raises an
    `InvalidArgumentError` instead.
    """
    expected = f"{first_name} and {second_name} must have the same shape"
    if not first.shape.is_compatible_with(second.shape):
        raise ValueError(
            f"{expected}, "
            f"but {first_name} has {first.shape} and {second_name} has {second.shape}"
        )
    if first.shape.is_fully_defined() and second.shape.is_fully_defined():
        return first, second
    # `stack` takes equal shapes only, also where XLA leaves out assertions; its error has the name.
    stacked = tf.stack([first, second], name=expected.replace(" ", "_"))
    first, second = tf.unstack(stacked, num=2)
    return first, second


def real_tensor(
    name: str, value: object, dtype: tf.DType | None = None
) -> tf.Tensor:
    """Return `value` as a tensor of floats, or raise if it is no rectangular array of real numbers.

    Without a `dtype`, float64 stays and every other type becomes float32.
    """
    # TensorFlow would take the numbers under the mask, which often mean that there is none.
    if isinstance(value, np.ma.MaskedArray) and np.any(value.mask):
        raise ValueError(
            f"{name} must be complete, but {np.sum(value.mask)} of its {value.size} values are masked"
        )
    # A hint for Python's numbers only: NumPy would discard imaginary parts to follow it.
    hint = None if hasattr(value, "dtype") else dtype or tf.float32
    try:
        tensor = tf.convert_to_tensor(value, dtype_hint=hint)
    except (TypeError, ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"{name} must be a rectangular array of real numbers, but is {reprlib.repr(value)}"
        ) from error
    own = tensor.dtype
    if not (own.is_floating or own.is_integer or own.is_bool):
        raise ValueError(
            f"{name} must be real numbers, but has dtype {own.name}"
        )
    if dtype is None:
        dtype = tf.float64 if own == tf.float64 else tf.float32
    return tf.cast(tensor, dtype)


def one_number(name: str, value: object) -> tf.Tensor:
    """Return `value` as a scalar of float32, or raise if it is no single real number."""
    tensor = real_tensor(name, value, tf.float32)
    if tensor.shape.rank:
        raise ValueError(
            f"{name} must be one number, but has shape {tensor.shape}"
        )
    return tensor


def real_vector(name: str, value: object, dtype: tf.DType) -> tf.Tensor:
    """Return `value` as a tensor of floats, or raise if it is a single number."""
    tensor = real_tensor(name, value, dtype)
    if tensor.shape.rank == 0:
        raise ValueError(
            f"{name} must have shape (N,), but is one number, with shape ()"
        )
    return tensor


def finite_tensor(
    name: str, value: object, dtype: tf.DType = tf.float32
) -> tf.Tensor:
    """Return `value` as a tensor, or raise if it is empty or has a value that is not finite."""
    tensor = real_vector(name, value, dtype)
    if not tf.executing_eagerly():
        raise ValueError(
            f"{name} must have values, but within a tf.function it has none yet"
        )
    if tf.size(tensor) == 0:
        raise ValueError(
            f"{name} must not be empty, but has shape {tensor.shape}"
        )
    not_finite = int(tf.math.count_nonzero(~tf.math.is_finite(tensor)))
    if not_finite:
        raise ValueError(
            f"{name} must be finite, but {not_finite} of its {int(tf.size(tensor))} "
            f"values are nan or inf in {tensor.dtype.name}"
        )
    return tensor


def usable_optimizer(optimizer: object) -> None:
    """Raise if an optimizer is a class, or one of Keras that expects the gradients of a loss that it has scaled."""
    if isinstance(optimizer, type):
        raise ValueError(
            f"optimizer must be made before it is given, as {optimizer.__name__}(0.1), "
            f"but is the class {optimizer.__name__}"
        )
    scale = float(getattr(optimizer, "scale_loss", float)(1.0))
    if scale != 1:
        raise ValueError(
            f"optimizer must not scale the loss, but multiplies it by {scale:g}"
        )
