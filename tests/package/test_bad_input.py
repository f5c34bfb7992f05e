"""Bad input gets an error that names it, and changes nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from linear_tutorial import (
    KerasLinearModel,
    LinearModel,
    make_data,
    mean_squared_error,
    train_step,
    training_loop,
)

X, Y = make_data(5)
COLUMN = tf.expand_dims(Y, 1)


def loop(x: Any = X, y: Any = Y, **options: Any) -> None:
    training_loop(LinearModel(), x, y, **options)


BAD = [
    # What is done, and what the message must contain: the argument, what was given, what was
    # expected.
    (lambda: make_data(0), ["num_examples", "0", "at least 1"]),
    (lambda: make_data(-3), ["num_examples", "-3", "at least 1"]),
    (lambda: make_data(2.5), ["num_examples", "2.5", "integer"]),
    (lambda: make_data("5"), ["num_examples", "'5'", "integer"]),
    (lambda: make_data(noise_stddev=-1), ["noise_stddev", "-1", "negative"]),
    (lambda: make_data(noise_stddev=np.nan), ["noise_stddev", "nan", "finite"]),
    (lambda: make_data(noise_stddev=np.inf), ["noise_stddev", "inf", "finite"]),
    (lambda: make_data(seed=-1), ["seed", "-1", "at least 0"]),
    (lambda: make_data(seed=0.5), ["seed", "0.5", "integer"]),
    (
        lambda: mean_squared_error(Y, COLUMN),
        ["target_y", "(5,)", "predicted_y", "(5, 1)", "same shape"],
    ),
    (
        lambda: mean_squared_error(Y, Y[:3]),
        ["target_y", "(5,)", "predicted_y", "(3,)", "same shape"],
    ),
    (
        lambda: train_step(LinearModel(), X, COLUMN, 0.1),
        ["(5,)", "(5, 1)", "same shape"],
    ),
    (lambda: loop(y=COLUMN), ["x", "(5,)", "y", "(5, 1)", "same shape"]),
    (lambda: loop(y=Y[:3]), ["x", "(5,)", "y", "(3,)", "same shape"]),
    (lambda: loop(x=[], y=[]), ["x", "(0,)", "not be empty"]),
    (lambda: loop(x=[1.0, np.nan], y=[1, 2]), ["x", "1 of its 2", "finite"]),
    (lambda: loop(x=[1, 2], y=[np.inf, 2.0]), ["y", "1 of its 2", "finite"]),
    (lambda: loop(epochs=-1), ["epochs", "-1", "at least 0"]),
    (lambda: loop(epochs=1.5), ["epochs", "1.5", "integer"]),
    *[
        (
            lambda rate=rate: loop(learning_rate=rate),
            ["learning_rate", repr(rate), "finite number greater than 0"],
        )
        for rate in (0, -0.1, float("nan"), float("inf"), "fast", None)
    ],
]


@pytest.mark.parametrize(("do", "said"), BAD)
def test_the_message_names_what_was_given_and_what_was_expected(
    do: Callable[[], object], said: list[str]
):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        do()
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize("model_class", [LinearModel, KerasLinearModel])
@pytest.mark.parametrize(
    "arguments",
    [
        {"y": COLUMN},
        {"x": [np.nan] * 5},
        {"epochs": -1},
        {"learning_rate": 0},
    ],
    ids=lambda arguments: next(iter(arguments)),
)
def test_a_refused_training_leaves_the_model_as_it_was(
    model_class: type, arguments: dict[str, Any]
):
    model = model_class(4.0, 1.0)
    with pytest.raises(ValueError, match=next(iter(arguments))):
        training_loop(model, **{"x": X, "y": Y, **arguments})
    assert (float(model.w), float(model.b)) == (4, 1)
