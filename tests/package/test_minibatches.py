"""Batches and optimizers, held against NumPy in double precision, and against Keras."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from linear_tutorial import (
    KerasLinearModel,
    LinearModel,
    TrainingDivergedError,
    make_data,
    training_loop,
)
from linear_tutorial.minibatches import (
    SGD,
    Adam,
    Momentum,
    make_batches,
    minibatch_loop,
)
from support import closed_form

X, Y = make_data(21)
Array = np.ndarray


def orders(batches: tf.data.Dataset, epochs: int) -> list[list[float]]:
    """Return the inputs of several epochs, each in its order."""
    return [
        np.concatenate([batch_x for batch_x, _ in batches]).tolist()
        for _ in range(epochs)
    ]


# -- Batches -----------------------------------------------------------------------------------


def test_every_epoch_has_every_example_once_in_a_new_order():
    first, second = orders(make_batches(X, Y, 8), 2)
    assert sorted(first) == sorted(second) == X.numpy().tolist()
    assert first != second
    assert first != sorted(first)


def test_the_last_batch_has_what_is_left():
    sizes = [len(batch_x) for batch_x, _ in make_batches(X, Y, 8)]
    assert sizes == [8, 8, 5]
    assert [len(batch_x) for batch_x, _ in make_batches(X, Y, 99)] == [21]


def test_labels_stay_with_their_inputs():
    label_of = dict(zip(X.numpy().tolist(), Y.numpy().tolist(), strict=True))
    for batch_x, batch_y in make_batches(X, Y, 8):
        for x, y in zip(batch_x.numpy(), batch_y.numpy(), strict=True):
            assert label_of[float(x)] == float(y)


def test_a_seed_fixes_the_orders_of_all_epochs():
    expected = orders(make_batches(X, Y, 8, seed=1), 3)
    assert orders(make_batches(X, Y, 5, seed=1), 3) == expected
    assert orders(make_batches(X, Y, 8, seed=2), 3) != expected


def test_batches_scatter_as_random_samples_do():
    x, y = make_data()
    batches = make_batches(x, y, 32)
    means = [
        np.mean(batch_x)
        for _ in range(100)
        for batch_x, _ in batches
        if len(batch_x) == 32
    ]
    n = len(x)
    expected = np.std(x) * np.sqrt((n - 32) / (32 * (n - 1)))
    assert np.std(means) == pytest.approx(expected, rel=0.1)


# -- The rules in double precision -------------------------------------------------------------


def sgd(gradients: Array) -> Array:
    return -0.1 * gradients[-1]


def momentum(gradients: Array) -> Array:
    """Sum up all earlier steps, each faded by what has passed since."""
    fading = 0.9 ** np.arange(len(gradients))[::-1]
    return -0.1 * np.tensordot(fading, gradients, axes=1)


def adam(gradients: Array) -> Array:
    """Divide weighted means, which need no correction when their weights add up to one."""
    ages = np.arange(len(gradients))[::-1]
    mean = np.average(gradients, axis=0, weights=0.9**ages)
    square = np.average(gradients**2, axis=0, weights=0.999**ages)
    return -0.1 * mean / np.sqrt(square)


OPTIMIZERS = {
    "SGD": (SGD, sgd, keras.optimizers.SGD),
    "momentum": (
        Momentum,
        momentum,
        lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    ),
    "Adam": (Adam, adam, keras.optimizers.Adam),
}
each_optimizer = pytest.mark.parametrize(
    ("ours", "reference", "kerass"), OPTIMIZERS.values(), ids=OPTIMIZERS
)


def reference_path(step: Callable[[Array], Array], epochs: int) -> Array:
    """Train in NumPy, with a rule that sees all gradients so far."""
    batches = make_batches(X, Y, 8)
    states, gradients = [np.array([5.0, 0.0])], []
    for _ in range(epochs):
        for batch_x, batch_y in batches:
            gradients.append(
                closed_form.gradient(batch_x, batch_y, *states[-1])
            )
            states.append(states[-1] + step(np.array(gradients)))
    return np.array(states)


@each_optimizer
def test_each_update_follows_the_formula(
    ours: Any, reference: Callable[[Array], Array], kerass: Any
):
    run = minibatch_loop(LinearModel(), X, Y, ours(0.1), batch_size=8, epochs=6)
    expected = reference_path(reference, 6)
    np.testing.assert_allclose(
        np.stack([run.w, run.b], axis=1), expected, rtol=2e-5, atol=2e-5
    )
    losses = [closed_form.loss(X, Y, *state) for state in expected]
    np.testing.assert_allclose(run.loss, losses, rtol=1e-4)


@each_optimizer
def test_kerass_optimizers_take_the_same_path(
    ours: Any, reference: Callable[[Array], Array], kerass: Any
):
    by_hand, by_keras = (
        minibatch_loop(model, X, Y, optimizer, batch_size=8, epochs=6)
        for model, optimizer in (
            (LinearModel(), ours(0.1)),
            (KerasLinearModel(), kerass(0.1)),
        )
    )
    np.testing.assert_allclose(by_keras.w, by_hand.w, atol=2e-5)
    np.testing.assert_allclose(by_keras.b, by_hand.b, atol=2e-5)


@each_optimizer
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_variables_of_any_shape_move_as_keras_moves_them(
    ours: Any, reference: Callable[[Array], Array], kerass: Any, graph: bool
):
    random = np.random.default_rng(seed=1)
    shapes = [(3, 2), (2,), (), (0, 4)]
    starts = [random.normal(size=shape) for shape in shapes]
    by_hand = [tf.Variable(start, dtype=tf.float32) for start in starts]
    by_keras = [keras.Variable(start) for start in starts]
    optimizer, keras_optimizer = ours(0.1), kerass(0.1)

    def apply(gradients: list[tf.Tensor]) -> None:
        optimizer.apply(gradients, by_hand)

    step = tf.function(apply) if graph else apply
    history = []
    for _ in range(30):
        gradients = [random.normal(size=shape) for shape in shapes]
        history.append(gradients[0])
        step([tf.constant(each, tf.float32) for each in gradients])
        keras_optimizer.apply(
            [tf.constant(each, tf.float32) for each in gradients], by_keras
        )
    for own, other in zip(by_hand, by_keras, strict=True):
        np.testing.assert_allclose(own.numpy(), other.numpy(), atol=1e-4)
    expected = starts[0] + sum(
        reference(np.array(history[: k + 1])) for k in range(len(history))
    )
    np.testing.assert_allclose(by_hand[0].numpy(), expected, atol=2e-5)


def test_adams_first_step_is_as_long_as_the_learning_rate():
    variable = tf.Variable([1.0, 1.0, 1.0])
    Adam(0.25).apply([tf.constant([1e3, -1.0, 1e-3])], [variable])
    np.testing.assert_allclose(variable.numpy(), [0.75, 1.25, 0.75], atol=1e-4)


@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_another_learning_rate_counts_from_the_next_update_on(
    make: Any, graph: bool
):
    optimizer, variable = make(0.1), tf.Variable(5.0)
    step = lambda: optimizer.apply([tf.constant(4.0)], [variable])  # noqa: E731
    step = tf.function(step) if graph else step
    step()
    optimizer.learning_rate = 1e-30
    assert optimizer.learning_rate == 1e-30
    before = float(variable)
    # Momentum repeats a part of its last step, but adds next to nothing.
    step()
    moved = float(variable) - before
    assert moved == pytest.approx(0.9 * -0.4 if make is Momentum else 0)
    with pytest.raises(ValueError, match="learning_rate must be"):
        optimizer.learning_rate = 0
    # A graph, and a strategy, may read it as well.
    read = tf.function(lambda: tf.constant(optimizer.learning_rate * 2))
    assert float(read()) == pytest.approx(2e-30)
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        assert make(0.1).learning_rate == 0.1


def test_a_graph_may_make_its_own_gradient_descent():
    variable = tf.Variable(5.0)

    @tf.function
    def step(gradient: tf.Tensor, rate: float) -> None:
        SGD(rate).apply([gradient], [variable])

    for rate in 0.5, 0.25:
        step(tf.constant(4.0), rate)
    assert float(variable) == 5 - 2 - 1


@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
@pytest.mark.parametrize(
    "convert", [np.float64, np.int64, np.ndarray.tolist, tf.identity]
)
def test_gradients_may_be_arrays_lists_and_of_any_real_type(
    make: Any, convert: Any
):
    expected, variable = tf.Variable([5.0, 6.0]), tf.Variable([5.0, 6.0])
    gradient = np.array([4.0, -3.0], np.float32)
    make(0.25).apply([tf.constant(gradient)], [expected])
    make(0.25).apply([convert(gradient)], [variable])
    np.testing.assert_array_equal(variable, expected)


@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
@pytest.mark.parametrize(
    "gradients", [[1.0], [1.0, 2.0, 3.0], [1.0, [2.0, 3.0]], [1.0, None]]
)
def test_gradients_that_do_not_belong_to_the_variables_change_none(
    make: Any, gradients: Any
):
    variables = [tf.Variable(5.0), tf.Variable(6.0)]
    with pytest.raises(ValueError, match="gradients"):
        make(0.1).apply(gradients, variables)
    assert [float(each) for each in variables] == [5.0, 6.0]


# -- The loop ----------------------------------------------------------------------------------


def test_with_all_in_one_batch_it_is_the_training_loop():
    run = minibatch_loop(LinearModel(), X, Y, SGD(0.1), batch_size=21)
    expected = training_loop(LinearModel(), X, Y)
    np.testing.assert_allclose(run.w, expected.w, rtol=1e-5)
    np.testing.assert_allclose(run.b, expected.b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run.loss, expected.loss, rtol=1e-5)


def test_two_runs_with_one_seed_are_equal_to_the_last_bit():
    first, second, other = (
        minibatch_loop(
            LinearModel(), X, Y, Adam(0.1), batch_size=8, epochs=2, seed=seed
        )
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_the_model_ends_in_the_last_state():
    model = LinearModel()
    run = minibatch_loop(model, X, Y, SGD(0.1), batch_size=8, epochs=2)
    assert len(run.w) == len(run.b) == len(run.loss) == 1 + 2 * 3
    assert (float(model.w), float(model.b)) == (run.w[-1], run.b[-1])


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        (LinearModel(), SGD(1e12)),
        (KerasLinearModel(), keras.optimizers.SGD(1e12)),
    ],
    ids=["ours", "Keras's"],
)
def test_a_loss_that_explodes_is_reported_at_the_end_of_its_epoch(
    model: Any, optimizer: Any
):
    with pytest.raises(TrainingDivergedError, match="epoch 1 ") as caught:
        minibatch_loop(model, X, Y, optimizer, batch_size=8)
    assert caught.value.epoch == 1
    assert caught.value.learning_rate == pytest.approx(1e12)
    losses = caught.value.history.loss
    assert len(losses) == 1 + 3
    assert np.isfinite(losses[0])
    assert not np.isfinite(losses[-1])


@pytest.mark.parametrize(("share", "grows"), [(0.98, False), (1.02, True)])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_threshold_is_two_over_the_largest_curvature(
    share: float, grows: bool, shift: float
):
    a = closed_form.design_matrix(X + shift)
    curvatures, axes = np.linalg.eigh(2 / len(a) * a.T @ a)
    best = closed_form.least_squares(X + shift, Y)
    # Along the steepest axis, so that nothing else moves.
    start = best + axes[:, -1]
    run = training_loop(
        LinearModel(*start),
        X + shift,
        Y,
        epochs=60,
        learning_rate=share * 2 / curvatures[-1],
    )
    far = np.hypot(run.w[-1] - best[0], run.b[-1] - best[1])
    assert far == pytest.approx((2 * share - 1) ** 60, rel=0.02)
    assert (far > 1) == grows


@each_optimizer
def test_an_optimizer_that_has_updated_one_model_is_refused_for_another(
    ours: Any, reference: Callable[[Array], Array], kerass: Any
):
    for make, model_class in (ours, LinearModel), (kerass, KerasLinearModel):
        optimizer, second = make(0.1), model_class()
        minibatch_loop(model_class(), X, Y, optimizer, epochs=1)
        with pytest.raises(ValueError, match="optimizer"):
            minibatch_loop(second, X, Y, optimizer, epochs=1)
        assert (float(second.w), float(second.b)) == (5, 0)


def test_an_optimizer_goes_on_with_the_model_that_it_has_updated():
    model, optimizer = LinearModel(), Momentum(0.1)
    for _ in range(2):
        minibatch_loop(model, X, Y, optimizer, batch_size=21, epochs=3)
    at_once = LinearModel()
    minibatch_loop(at_once, X, Y, Momentum(0.1), batch_size=21, epochs=6)
    assert float(model.w) == pytest.approx(float(at_once.w), rel=1e-5)


# -- Bad input ---------------------------------------------------------------------------------


def loop(x: Any = X, y: Any = Y, **options: Any) -> None:
    minibatch_loop(LinearModel(), x, y, SGD(0.1), **options)


def bad_rates() -> Iterator[tuple[Callable[[], object], list[str]]]:
    for optimizer in (SGD, Momentum, Adam):
        for rate in (0, -1, float("nan"), "fast"):
            yield (
                lambda optimizer=optimizer, rate=rate: optimizer(rate),
                ["learning_rate", repr(rate), "finite number greater than 0"],
            )


BAD = [
    (lambda: make_batches(X, Y, 0), ["batch_size", "0", "at least 1"]),
    (lambda: make_batches(X, Y, 2.5), ["batch_size", "2.5", "integer"]),
    (lambda: make_batches(X, Y, 8, seed=-1), ["seed", "-1", "at least 0"]),
    (lambda: make_batches(X, Y[:3], 8), ["x", "(21,)", "y", "(3,)", "same"]),
    (lambda: make_batches([], [], 8), ["x", "(0,)", "not be empty"]),
    (lambda: make_batches([1.0], [np.nan], 8), ["y", "1 of its 1", "finite"]),
    (lambda: loop(batch_size=0), ["batch_size", "0", "at least 1"]),
    (lambda: loop(epochs=-1), ["epochs", "-1", "at least 0"]),
    (lambda: loop(seed=-1), ["seed", "-1", "at least 0"]),
    (lambda: loop(y=tf.expand_dims(Y, 1)), ["(21,)", "(21, 1)", "same shape"]),
    (lambda: loop(x=[1.0, np.inf], y=[1, 2]), ["x", "1 of its 2", "finite"]),
    *[
        (
            lambda scaling=scaling: minibatch_loop(
                KerasLinearModel(), X, Y, scaling
            ),
            ["optimizer", "must not scale the loss"],
        )
        for scaling in (
            keras.optimizers.SGD(0.1, loss_scale_factor=8.0),
            keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)),
        )
    ],
    *[
        (
            lambda part=part: Momentum(0.1, part),
            ["momentum", repr(part), "less than 1"],
        )
        for part in (-0.1, 1, 1.5)
    ],
    (
        lambda: Momentum(0.1, float("nan")),
        ["momentum", "nan", "finite number"],
    ),
    *bad_rates(),
]


@pytest.mark.parametrize(("do", "said"), BAD)
def test_the_message_names_what_was_given_and_what_was_expected(
    do: Callable[[], object], said: list[str]
):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        do()
    for words in said:
        assert words in str(caught.value)
