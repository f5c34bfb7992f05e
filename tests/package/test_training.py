"""Training by hand, held against formulas in double precision."""

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from linear_tutorial import (
    History,
    KerasLinearModel,
    LinearModel,
    TrainingDivergedError,
    make_data,
    report,
    train_step,
    training_loop,
)
from linear_tutorial.minibatches import SGD, minibatch_loop
from support import closed_form

MODELS = [LinearModel, KerasLinearModel]

seeds = st.integers(0, 2**31 - 1)
parameters = st.floats(-10, 10, width=32)
# The largest curvature of the loss, on [-2, 2], is 8: that of two points at the ends.
learning_rates = st.floats(0.001, 0.24)
num_examples = st.integers(2, 300)


@given(num_examples, seeds, parameters, parameters, learning_rates)
def test_training_follows_the_closed_form(
    n: int, seed: int, w: float, b: float, learning_rate: float
):
    x, y = make_data(n, seed=seed)
    history = training_loop(
        LinearModel(w, b), x, y, epochs=15, learning_rate=learning_rate
    )
    states = closed_form.trajectory(x, y, (w, b), learning_rate, 15)
    np.testing.assert_allclose(history.w, states[:, 0], rtol=2e-5, atol=2e-5)
    np.testing.assert_allclose(history.b, states[:, 1], rtol=2e-5, atol=2e-5)
    losses = [closed_form.loss(x, y, *state) for state in states]
    np.testing.assert_allclose(history.loss, losses, rtol=2e-4, atol=1e-6)


@settings(max_examples=5)
@given(num_examples, seeds)
def test_training_ends_at_numpys_least_squares(n: int, seed: int):
    x, y = make_data(n, seed=seed)
    history = training_loop(LinearModel(), x, y, epochs=60, learning_rate=0.12)
    best = closed_form.least_squares(x, y)
    np.testing.assert_allclose([history.w[-1], history.b[-1]], best, atol=1e-4)


@pytest.mark.parametrize("model_class", MODELS)
@given(num_examples, seeds, parameters, parameters)
def test_one_step_goes_the_learning_rate_times_the_gradient(
    model_class: type, n: int, seed: int, w: float, b: float
):
    x, y = make_data(n, seed=seed)
    model = model_class(w, b)
    train_step(model, x, y, 0.5)
    steps = np.array([w - float(model.w), b - float(model.b)])
    expected = 0.5 * closed_form.gradient(x, y, w, b)
    np.testing.assert_allclose(steps, expected, rtol=1e-4, atol=1e-4)


@given(seeds, parameters, parameters)
def test_the_tapes_gradients_are_those_of_finite_differences(
    seed: int, w: float, b: float
):
    x, y = make_data(seed=seed)
    model = LinearModel(w, b)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    by_tape = tape.gradient(loss, [model.w, model.b])
    h = 1e-4
    by_differences = [
        (
            closed_form.loss(x, y, w + h * dw, b + h * db)
            - closed_form.loss(x, y, w - h * dw, b - h * db)
        )
        / (2 * h)
        for dw, db in [(1, 0), (0, 1)]
    ]
    np.testing.assert_allclose(by_tape, by_differences, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("model_class", MODELS)
def test_a_step_returns_the_loss_before_the_update(model_class: type):
    x, y = make_data()
    before = closed_form.loss(x, y, 5, 0)
    assert float(train_step(model_class(), x, y, 0.1)) == pytest.approx(before)


@pytest.mark.parametrize("model_class", MODELS)
def test_entry_k_of_the_history_is_the_state_after_k_updates(
    model_class: type,
):
    x, y = make_data()
    history = training_loop(model_class(), x, y, epochs=4)
    stepped = model_class()
    for k in range(5):
        if k > 0:
            train_step(stepped, x, y, 0.1)
        w, b = float(stepped.w), float(stepped.b)
        assert (history.w[k], history.b[k]) == (w, b)
        assert history.loss[k] == pytest.approx(closed_form.loss(x, y, w, b))


def test_the_model_ends_in_the_last_state_of_the_history():
    model = LinearModel()
    history = training_loop(model, *make_data())
    assert (float(model.w), float(model.b)) == (history.w[-1], history.b[-1])


def test_without_epochs_the_history_has_the_start_alone():
    x, y = make_data()
    history = training_loop(LinearModel(4, 1), x, y, epochs=0)
    assert (history.w, history.b) == ([4], [1])
    assert history.loss == pytest.approx([closed_form.loss(x, y, 4, 1)])


def test_a_second_run_starts_a_fresh_history():
    x, y = make_data()
    first = training_loop(LinearModel(), x, y)
    second = training_loop(LinearModel(), x, y)
    assert first == second
    assert len(second.loss) == 11


def test_lists_and_arrays_are_taken_like_tensors():
    x, y = make_data(20)
    expected = training_loop(LinearModel(), x, y)
    as_lists = x.numpy().tolist(), y.numpy().tolist()
    assert training_loop(LinearModel(), *as_lists) == expected


def test_a_loss_that_explodes_is_reported_with_all_that_was_recorded():
    x, y = make_data()
    with pytest.raises(TrainingDivergedError) as caught:
        training_loop(LinearModel(), x, y, epochs=1000, learning_rate=3)
    error = caught.value
    assert f"epoch {error.epoch}" in str(error)
    assert "learning_rate=3" in str(error)
    assert 0 < error.epoch < 1000
    history = error.history
    assert len(history.w) == len(history.b) == len(history.loss)
    assert len(history.loss) == error.epoch + 1
    assert np.isfinite(history.loss[:-1]).all()
    assert not np.isfinite(history.loss[-1])


@pytest.mark.parametrize(
    "train",
    [
        training_loop,
        lambda model, x, y: minibatch_loop(model, x, y, SGD(0.1)),
    ],
)
def test_a_loss_that_is_infinite_from_the_start_is_not_blamed_on_the_rate(
    train: Any,
):
    with pytest.raises(TrainingDivergedError) as caught:
        train(LinearModel(), [1.7e19, 1.8e19], [1.0, 2.0])
    assert "inf before the first update" in str(caught.value)
    assert "smaller one" not in str(caught.value)


def test_a_loss_that_explodes_in_another_process_is_reported_in_this_one():
    error = TrainingDivergedError(3, 0.5, History([1.0], [2.0], [math.inf]))
    for other in pickle.loads(pickle.dumps(error)), copy.copy(error):
        assert str(other) == str(error)
        assert vars(other) == vars(error)


@pytest.mark.parametrize("make", [LinearModel, KerasLinearModel])
def test_a_model_of_a_strategy_trains_and_is_reported(make: Any):
    x, y = make_data(9)
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        model = make()
    history = training_loop(model, x, y)
    assert history.w == pytest.approx(training_loop(make(), x, y).w)
    run = minibatch_loop(model, x, y, SGD(0.1), batch_size=4, epochs=1)
    assert report(model, run.loss[-1]).startswith("W = ")


def test_a_report_says_the_loss_that_it_is_given():
    model = LinearModel(4.456, 0.4)
    assert report(model, 6.3148) == "W = 4.46, b = 0.40, loss=6.31480"
    assert report(model, tf.constant(1.0)) == "W = 4.46, b = 0.40, loss=1.00000"


def test_histories_do_not_share_their_lists():
    History().append(1, 2, 3)
    assert History() == History([], [], [])
