"""The run that the source tutorial printed, replayed.

Its noise is unknown, but the course of training depends on it only through three moments: the
means of n, of x·n and of n². With e(x) = (w - 3) x + (b - 2), the loss is the mean of (e - n)²:

    loss = mean(e²) - 2 (w - 3) mean(x·n) - 2 (b - 2) mean(n) + mean(n²)

and the gradients, which move w and b, hold the first two means alone. The recorded losses
determine all three; noise made to have them must reproduce whatever else was printed.
"""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import closed_form
from linear_tutorial import (
    KerasLinearModel,
    LinearModel,
    mean_squared_error,
    training_loop,
    true_line,
)

RECORDED = json.loads(
    Path(__file__).with_name("data").joinpath("recorded-run.json").read_text()
)
SETUP = RECORDED["setup"]
START = SETUP["start_w"], SETUP["start_b"]
X = np.linspace(-2, 2, 201)
# Sums over these three vectors give the moments.
BASIS = np.stack([np.ones_like(X), X])


def noise_with(moments: np.ndarray) -> np.ndarray:
    """Make noise with the given means of n, x·n and n²."""
    noise = np.random.default_rng(0).standard_normal(len(X))
    # Any noise, freed of its share in 1 and x, ...
    coefficients = np.linalg.lstsq(BASIS.T, noise)[0]
    rest = noise - coefficients @ BASIS
    # ... and given the share that has the first two moments.
    share = np.linalg.solve(BASIS @ BASIS.T / len(X), moments[:2]) @ BASIS
    scale = (moments[2] - np.mean(share**2)) / np.mean(rest**2)
    return share + np.sqrt(scale) * rest


def recorded_losses() -> tuple[np.ndarray, np.ndarray]:
    """Return the recorded losses after 0 to 10 updates, and the half of their last digit."""
    losses = np.array(
        [
            RECORDED["loss_before_training"],
            *RECORDED["loss_printed_by_keras_fit"][1:],
            RECORDED["loss_after_training"],
        ]
    )
    return losses, np.array([5e-7, *[5e-5] * 9, 5e-7])


def losses_for(moments: np.ndarray) -> np.ndarray:
    """Return the losses of the run with noise that has these moments, by formula."""
    y = SETUP["true_w"] * X + SETUP["true_b"] + noise_with(moments)
    states = closed_form.trajectory(
        X, y, START, SETUP["learning_rate"], SETUP["epochs"]
    )
    return np.array([closed_form.loss(X, y, *state) for state in states])


def solve_for_moments() -> np.ndarray:
    """Find the moments by Gauss-Newton from the recorded losses, weighted by their precision."""
    losses, precision = recorded_losses()
    moments = np.array([0.0, 0.0, 1.0])
    for _ in range(20):
        residuals = (losses - losses_for(moments)) / precision
        slopes = np.stack(
            [
                (losses_for(moments + h) - losses_for(moments - h)) / 2e-5
                for h in 1e-5 * np.eye(3)
            ],
            axis=1,
        )
        moments += np.linalg.lstsq(slopes / precision[:, None], residuals)[0]
    return moments


@pytest.fixture(scope="module")
def data() -> tuple[tf.Tensor, tf.Tensor]:
    """Make the recorded run's data, as far as the run can tell."""
    x = tf.constant(X, tf.float32)
    noise = tf.constant(noise_with(solve_for_moments()), tf.float32)
    return x, true_line(x) + noise


def test_the_noise_is_a_plausible_draw_of_201():
    mean, _, square = solve_for_moments()
    assert abs(mean) < 4 / 201**0.5
    assert abs(square - 1) < 4 * (2 / 201) ** 0.5


@pytest.mark.parametrize("model_class", [LinearModel, KerasLinearModel])
def test_the_hand_written_loop_reproduces_every_recorded_figure(
    model_class: type, data: tuple[tf.Tensor, tf.Tensor]
):
    model = model_class(*START)
    history = training_loop(
        model,
        *data,
        epochs=SETUP["epochs"],
        learning_rate=SETUP["learning_rate"],
    )
    assert [round(w, 2) for w in history.w[1:]] == RECORDED["w_after_epoch"]
    assert [round(b, 2) for b in history.b[1:]] == RECORDED["b_after_epoch"]
    assert round(history.loss[0], 6) == RECORDED["loss_before_training"]
    assert round(history.loss[-1], 6) == RECORDED["loss_after_training"]
    recorded = RECORDED["loss_printed_by_keras_fit"]
    assert [round(loss, 4) for loss in history.loss[:-1]] == recorded


def test_fit_reproduces_the_losses_that_it_printed(
    data: tuple[tf.Tensor, tf.Tensor],
):
    x, y = data
    model = KerasLinearModel(*START)
    model.compile(
        optimizer=keras.optimizers.SGD(SETUP["learning_rate"]),
        loss=keras.losses.MeanSquaredError(),
    )
    fitted = model.fit(x, y, epochs=10, batch_size=len(x), verbose=0)
    recorded = RECORDED["loss_printed_by_keras_fit"]
    assert [round(loss, 4) for loss in fitted.history["loss"]] == recorded
    final = float(mean_squared_error(y, model(x)))
    assert round(final, 6) == RECORDED["loss_after_training"]


def test_the_sources_loop_printed_its_first_loss_ten_times():
    stale = round(RECORDED["loss_before_training"], 5)
    printed = RECORDED["loss_printed_by_the_hand_written_loop"]
    assert printed == [stale] * 10
