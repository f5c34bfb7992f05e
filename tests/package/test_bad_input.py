"""Bad input gets an error that names it, and changes nothing."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from linear_tutorial import (
    History,
    KerasLinearModel,
    LinearModel,
    make_data,
    mean_squared_error,
    train_step,
    training_loop,
)
from linear_tutorial.classifier.figures import plot_classes
from linear_tutorial.faster import plot_times
from linear_tutorial.figures.diagrams import plot_loop, plot_tape
from linear_tutorial.figures.history import plot_loss_surface
from linear_tutorial.figures.step import plot_step
from linear_tutorial.figures.unseen import plot_validation
from linear_tutorial.minibatches import (
    SGD,
    Adam,
    Momentum,
    make_batches,
    minibatch_loop,
)
from linear_tutorial.minibatches.figures import plot_valley
from linear_tutorial.replay import moments_from_losses
from linear_tutorial.resumable import batch_of_update
from linear_tutorial.scale_out import (
    distribute,
    distributed_train_step,
    distributed_training_loop,
    run_workers,
)

X, Y = make_data(5)
COLUMN = tf.expand_dims(Y, 1)
POINTS = tf.stack([X, Y], axis=1)
RUN = History([5.0], [0.0], [10.0])


def loop(x: Any = X, y: Any = Y, **options: Any) -> None:
    training_loop(LinearModel(), x, y, **options)


def shards(sizes: Any = (5,), values: Any = X) -> None:
    distribute(tf.distribute.get_strategy(), values, sizes)


def shard_and_train(sizes: Any, global_batch_size: Any) -> None:
    distributed_training_loop(
        tf.distribute.get_strategy(),
        *[X, Y, sizes],
        global_batch_size=global_batch_size,
    )


BAD = [
    # What is done, and what the message must contain: the argument, what was given, what was
    # expected.
    (lambda: LinearModel([3.0]), ["w must be one number", "(1,)"]),
    (lambda: KerasLinearModel(1.0, [[3.0]]), ["b must be one", "(1, 1)"]),
    (lambda: LinearModel("3"), ["w", "real numbers"]),
    (
        lambda: minibatch_loop(LinearModel(), X, Y, SGD),
        ["optimizer must be made", "is the class SGD"],
    ),
    (
        lambda: plot_validation(keras.callbacks.History()),
        ["history", "'val_loss'", "the attribute history"],
    ),
    (lambda: plot_validation({"loss": [1.0]}), ["history", "{'loss': [1.0]}"]),
    (lambda: make_data(0), ["num_examples", "0", "at least 1"]),
    (lambda: make_data(-3), ["num_examples", "-3", "at least 1"]),
    (lambda: make_data(2.5), ["num_examples", "2.5", "integer"]),
    (lambda: make_data("5"), ["num_examples", "'5'", "integer"]),
    (lambda: make_data(noise_stddev=-1), ["noise_stddev", "-1", "at least 0"]),
    (lambda: make_data(noise_stddev=np.nan), ["noise_stddev", "nan", "finite"]),
    (lambda: make_data(noise_stddev=np.inf), ["noise_stddev", "inf", "finite"]),
    (lambda: make_data(noise_stddev=10**400), ["noise_stddev", "finite"]),
    (
        lambda: moments_from_losses([9.0, 6.0, 4.0], [0.0, 0.1, 0.1]),
        ["rounding", "greater than 0", "0.0"],
    ),
    (
        lambda: moments_from_losses([[9.0]], [[0.1]]),
        ["losses", "(1, 1)", "lists"],
    ),
    (lambda: loop(epochs=tf.constant(2.0)), ["epochs", "2.0", "integer"]),
    (lambda: loop(epochs=tf.constant("2")), ["epochs", "2", "integer"]),
    (lambda: plot_times({}), ["times", "one or more", "{}"]),
    (lambda: plot_times({"slow": 0.0}), ["times", "positive", "0.0"]),
    (lambda: plot_times({"slow": np.nan}), ["times", "finite", "nan"]),
    (lambda: shard_and_train([5], 3), ["global_batch_size", "5", "3"]),
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
    (
        lambda: loop(x=np.ma.masked_equal([1.0, -999, 2, 3, 4], -999), y=Y),
        ["x", "complete", "1 of its 5", "masked"],
    ),
    (
        lambda: mean_squared_error(np.ma.masked_less(Y, np.inf), Y),
        ["target_y", "5 of its 5", "masked"],
    ),
    (lambda: tf.function(loop)(), ["x", "within a tf.function"]),
    (lambda: loop(epochs=-1), ["epochs", "-1", "at least 0"]),
    (lambda: loop(epochs=1.5), ["epochs", "1.5", "integer"]),
    *[
        (
            lambda rate=rate: loop(learning_rate=rate),
            ["learning_rate", repr(rate), "finite number greater than 0"],
        )
        for rate in (0, -0.1, float("nan"), float("inf"), "fast", "0.1", None)
    ],
    (lambda: make_data(2**31), ["num_examples", f"less than {2**31}"]),
    (lambda: make_data(2**32), ["num_examples", f"but is {2**32}"]),
    (lambda: make_data(seed=2**63), ["seed", f"less than {2**63}"]),
    (lambda: make_batches(X, Y, 2**63), ["batch_size", "less than"]),
    (lambda: batch_of_update(X, Y, 2**63), ["update", "less than"]),
    (lambda: loop(x=1.0, y=2.0), ["x", "shape (N,)", "one number"]),
    (lambda: make_batches(X, 2.0, 2), ["y", "shape (N,)", "one number"]),
    (lambda: batch_of_update(1.0, Y, 0), ["x", "shape (N,)", "one number"]),
    (lambda: moments_from_losses(1.0, 0.1), ["losses", "(N,)", "one number"]),
    (lambda: shards(values=1.0), ["values", "shape (N,)", "one number"]),
    *[
        (
            lambda sizes=sizes: shards(sizes),
            ["sizes", "1 numbers of examples", "sum 5", repr(sizes)],
        )
        for sizes in (5, None, "5", ["5"], [5.0], [[5]], [], np.array([5.0]))
    ],
    (lambda: shard_and_train([5], [5]), ["global_batch_size", "5", "[5]"]),
    (lambda: run_workers([["true"], []]), ["commands", "lists", "[]"]),
    (lambda: run_workers(["true"]), ["commands", "lists", "'true'"]),
    *[
        (lambda draw=draw, bad=bad: draw(*bad), said)
        for draw in (
            partial(plot_loop, LinearModel()),
            partial(plot_step, LinearModel()),
        )
        for bad, said in (
            ((X, COLUMN, 0.1), ["x", "(5,)", "y", "(5, 1)", "same shape"]),
            (([], [], 0.1), ["x", "(0,)", "not be empty"]),
            ((X, Y, 0), ["learning_rate", "0", "greater than 0"]),
        )
    ],
    (lambda: plot_classes(POINTS, 0 * COLUMN + 2), ["y", "0 or 1", "has 2"]),
    (lambda: plot_classes(POINTS, Y), ["y", "(N, 1)", "(5,)"]),
    (lambda: plot_classes(POINTS * np.nan, COLUMN), ["x", "finite", "nan"]),
    (lambda: plot_classes(POINTS[:0], COLUMN[:0]), ["x", "not be empty"]),
    (lambda: plot_loss_surface(X, Y[:1], RUN), ["x", "(5,)", "(1,)"]),
    (lambda: plot_loss_surface(X, Y * np.inf, RUN), ["y", "finite"]),
    (lambda: plot_valley(X * np.nan, Y, {}), ["x", "finite"]),
    (lambda: plot_valley(X, COLUMN, {}), ["y", "(5, 1)", "same shape"]),
    *[
        (
            lambda make=make: make(0.1).apply([4], [tf.Variable(5)]),
            ["variables", "floating", "int32"],
        )
        for make in (SGD, Momentum, Adam)
    ],
    (lambda: plot_classes(X, COLUMN), ["x", "(N, 2)", "(5,)"]),
    (lambda: plot_tape(LinearModel(), np.nan, 1), ["x", "nan", "finite"]),
    (lambda: plot_tape(LinearModel(), 1.0, X), ["y", "finite number"]),
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


@pytest.mark.parametrize(
    ("shape", "predicted"),
    [([None], [1.0]), (None, [[1.0], [2.0]]), (None, [[1.0, 2.0], [3.0, 4.0]])],
    ids=["length", "rank", "square"],
)
@pytest.mark.parametrize("xla", [False, True])
def test_shapes_that_are_known_only_when_a_graph_runs_are_compared_then(
    shape: list[None] | None, predicted: list[Any], xla: bool
):
    of_any_shape = tf.TensorSpec(shape)
    loss = tf.function(
        mean_squared_error,
        input_signature=[of_any_shape, of_any_shape],
        jit_compile=xla,
    )
    assert float(loss(Y[:2], Y[:2] + 1)) == 1
    said = "target_y_and_predicted_y_must_have_the_same_shape"
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        loss(Y[:2], tf.constant(predicted))


def test_a_sharded_step_compares_shapes_that_are_known_only_when_it_runs():
    strategy, model = tf.distribute.get_strategy(), LinearModel()
    step = tf.function(
        lambda x, y: distributed_train_step(strategy, model, x, y, 0.1, None),
        input_signature=[tf.TensorSpec(None)] * 2,
        jit_compile=True,
    )
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="x_and_y_must_have_the_same_shape"
    ):
        step(X, COLUMN)


# -- Types -----------------------------------------------------------------------------------------

# No real numbers, and what a message says of them.
NO_NUMBERS = {
    "complex tensor": (tf.complex(X, X), "complex64"),
    "complex array": (X.numpy() + 1j, "complex64"),
    "complex list": ([1j] * 5, "complex128"),
    "string tensor": (tf.constant(["1"] * 5), "string"),
    "strings": (["1", "2", "3", "4", "5"], "string"),
    "array of strings": (np.array(["1"] * 5), "string"),
    "dates": (np.full(5, "2021-01-01", "datetime64[D]"), "array(['2021"),
    "None": (None, "None"),
    "list with None": ([1.0, None], "[1.0, None]"),
    "ragged list": ([[1.0], [1.0, 2.0]], "[[1.0], [1.0, 2.0]]"),
    "ragged tensor": (tf.ragged.constant([[1.0], [1.0, 2.0]]), "Ragged"),
    "dictionary": ({"x": [1.0]}, "{'x': [1.0]}"),
    "too large a number": ([10**400], "10000"),
}
# What is done with them, and the name of the argument.
TAKES_NUMBERS = {
    "training_loop x": (lambda it: loop(x=it), "x"),
    "training_loop y": (lambda it: loop(y=it), "y"),
    "train_step x": (lambda it: train_step(LinearModel(), it, Y, 0.1), "x"),
    "train_step y": (
        lambda it: train_step(LinearModel(), X, it, 0.1),
        "target_y",
    ),
    "target_y": (lambda it: mean_squared_error(it, Y), "target_y"),
    "predicted_y": (lambda it: mean_squared_error(Y, it), "predicted_y"),
    "LinearModel": (LinearModel(), "x"),
    "make_batches": (lambda it: make_batches(X, it, 2), "y"),
    "batch_of_update": (lambda it: batch_of_update(it, Y, 0), "x"),
    "distribute": (
        lambda it: distribute(tf.distribute.get_strategy(), it, [5]),
        "values",
    ),
}


@pytest.mark.parametrize(
    ("do", "name"), TAKES_NUMBERS.values(), ids=TAKES_NUMBERS
)
@pytest.mark.parametrize(("value", "said"), NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_real_number_is_refused_under_the_name_of_its_argument(
    do: Callable[[object], object], name: str, value: object, said: str
):
    with pytest.raises(ValueError, match=r"real numbers, but") as caught:
        do(value)
    assert str(caught.value).startswith(f"{name} must be ")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "value", [tf.complex(X, X), tf.constant(["1"] * 5), None]
)
def test_the_keras_model_names_its_input_as_well(value: object):
    with pytest.raises(ValueError, match=r"x must be .*real numbers, but"):
        train_step(KerasLinearModel(), value, Y, 0.1)


@pytest.mark.parametrize("model_class", [LinearModel, KerasLinearModel])
@pytest.mark.parametrize(
    "convert",
    [
        *[
            pytest.param(lambda it, to=to: tf.cast(it, to), id=f"tf.{to.name}")
            for to in (tf.float64, tf.float16, tf.bfloat16, tf.int32, tf.uint64)
        ],
        *[
            pytest.param(lambda it, to=to: it.numpy().astype(to), id=f"np.{to}")
            for to in ("float64", "float16", "uint8", "bool")
        ],
        tf.Variable,
    ],
)
def test_real_numbers_of_every_type_train_as_in_float32(
    convert: Callable[[tf.Tensor], object], model_class: type
):
    x, y = tf.constant([0.0, 1.0, 1.0, 0.0]), tf.constant([1.0, 1.0, 0.0, 0.0])
    one_step = training_loop(LinearModel(), x, y, epochs=1)
    model = model_class()
    loss = train_step(model, convert(x), convert(y), 0.1)
    assert History(
        [5.0, float(model.w)], [0.0, float(model.b)], [float(loss)]
    ) == History(one_step.w, one_step.b, one_step.loss[:1])
    assert training_loop(model_class(), convert(x), convert(y), epochs=1) == (
        one_step
    )


def test_the_mean_of_integers_is_not_rounded():
    assert float(mean_squared_error([0, 0], [1, 0])) == 0.5


def test_labels_in_double_precision_have_a_loss_in_double_precision():
    labels = np.array([1.0, 1.0 + 1e-9])
    loss = mean_squared_error(labels, [1.0, 1.0])
    assert loss.dtype == tf.float64
    assert float(loss) == pytest.approx(5e-19)


def test_what_float32_cannot_hold_is_not_finite():
    with pytest.raises(ValueError, match=r"1 of its 2 .* inf in float32"):
        loop(x=np.array([1.0, 1e300]), y=[1.0, 2.0])


@pytest.fixture
def keras_settings() -> Iterator[None]:
    """Put back what a test changes for all of Keras."""
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize(
    ("floatx", "policy", "tolerance"),
    [
        ("float32", "mixed_float16", 0.02),
        ("float32", "mixed_bfloat16", 0.1),
        ("float16", "float16", 0.02),
        ("float64", "float64", 1e-5),
    ],
)
@pytest.mark.usefixtures("keras_settings")
def test_a_keras_model_trains_in_the_precision_that_keras_is_set_to(
    floatx: str, policy: str, tolerance: float
):
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)
    model = KerasLinearModel()
    assert (model.w.dtype, model.compute_dtype) == (
        floatx,
        policy.removeprefix("mixed_"),
    )
    run = training_loop(model, X, Y)
    plain = training_loop(LinearModel(), X, Y)
    np.testing.assert_allclose(run.w, plain.w, atol=tolerance)
    np.testing.assert_allclose(run.loss, plain.loss, rtol=tolerance)
