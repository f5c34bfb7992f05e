"""The run that the source tutorial printed, replayed.

Its noise is unknown, but the course of training depends on it only through three moments: the
means of n, of x·n and of n². The recorded losses determine them; noise made to have them must
reproduce whatever else was printed.
"""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from linear_tutorial import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    KerasLinearModel,
    LinearModel,
    make_data,
    training_loop,
)
from linear_tutorial.replay import (
    Moments,
    data_with_moments,
    moments_from_losses,
    recorded_losses,
    recorded_run,
)
from support import closed_form

RECORDED = recorded_run()
SETUP = RECORDED["setup"]
START = SETUP["start_w"], SETUP["start_b"]

Data = tuple[tf.Tensor, tf.Tensor]


# What the noise's moments leave open must change nothing.
@pytest.fixture(scope="module", params=[42, 7])
def data(request: pytest.FixtureRequest) -> Data:
    """Make the recorded run's data, as far as the run can tell."""
    moments = moments_from_losses(*recorded_losses())
    return data_with_moments(moments, seed=request.param)


def final_losses(data: Data, model: LinearModel) -> tuple[float, float]:
    """Return the loss of the start and of a model, as exactly as two printed with 6 decimals need.

    A sum of 201 floats in single precision is not as exact: it depends on their order.
    """
    return (
        round(closed_form.loss(*data, *START), 6),
        round(closed_form.loss(*data, float(model.w), float(model.b)), 6),
    )


RECORDED_FINAL_LOSSES = (
    RECORDED["loss_before_training"],
    RECORDED["loss_after_training"],
)


def test_the_recorded_run_was_set_up_as_this_book_s():
    assert (SETUP["true_w"], SETUP["true_b"]) == (TRUE_W, TRUE_B)
    assert (float(LinearModel().w), float(LinearModel().b)) == START
    assert str(NUM_EXAMPLES) in SETUP["x"]


def test_the_noise_is_a_plausible_draw_of_201():
    moments = moments_from_losses(*recorded_losses())
    assert abs(moments.mean_noise) < 4 / 201**0.5
    assert abs(moments.mean_x_noise) < 4 * (1.35 / 201) ** 0.5
    assert abs(moments.mean_square_noise - 1) < 4 * (2 / 201) ** 0.5


def test_by_formula_every_loss_agrees_to_half_of_its_last_digit(data: Data):
    losses, rounding = recorded_losses()
    states = closed_form.trajectory(
        *data, START, SETUP["learning_rate"], SETUP["epochs"]
    )
    by_formula = [closed_form.loss(*data, *state) for state in states]
    assert np.all(np.abs(by_formula - losses) <= rounding)


@pytest.mark.parametrize("model_class", [LinearModel, KerasLinearModel])
def test_the_hand_written_loop_reproduces_every_recorded_figure(
    model_class: type, data: Data
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
    recorded = RECORDED["loss_printed_by_keras_fit"]
    assert [round(loss, 4) for loss in history.loss[:-1]] == recorded
    ends = history.loss[0], history.loss[-1]
    assert ends == pytest.approx(RECORDED_FINAL_LOSSES, abs=2e-6)
    assert final_losses(data, model) == RECORDED_FINAL_LOSSES


def test_fit_reproduces_the_losses_that_it_printed(data: Data):
    x, y = data
    model = KerasLinearModel(*START)
    model.compile(
        optimizer=keras.optimizers.SGD(SETUP["learning_rate"]),
        loss=keras.losses.MeanSquaredError(),
    )
    fitted = model.fit(x, y, epochs=10, batch_size=len(x), verbose=0)
    recorded = RECORDED["loss_printed_by_keras_fit"]
    assert [round(loss, 4) for loss in fitted.history["loss"]] == recorded
    assert final_losses(data, model) == RECORDED_FINAL_LOSSES


def test_the_sources_loop_printed_its_first_loss_ten_times():
    stale = round(RECORDED["loss_before_training"], 5)
    printed = RECORDED["loss_printed_by_the_hand_written_loop"]
    assert printed == [stale] * 10


@pytest.mark.parametrize(
    "moments", [Moments(0.3, -0.2, 1.5), Moments(-0.1, 0.0, 0.011)]
)
def test_moments_survive_the_way_into_data_and_losses_and_back(
    moments: Moments,
):
    data = data_with_moments(moments)
    x, y = (np.asarray(each, float) for each in data)
    noise = y - (TRUE_W * x + TRUE_B)
    measured = np.mean(noise), np.mean(x * noise), np.mean(noise**2)
    assert measured == pytest.approx(moments, abs=1e-6)

    states = closed_form.trajectory(x, y, START, 0.1, 5)
    losses = [closed_form.loss(x, y, *state) for state in states]
    assert moments_from_losses(losses, np.full(6, 1e-9)) == pytest.approx(
        moments, abs=1e-6
    )


def test_the_two_data_sets_are_different_and_neither_is_the_book_s():
    moments = moments_from_losses(*recorded_losses())
    labels = [
        make_data()[1],
        data_with_moments(moments)[1],
        data_with_moments(moments, seed=7)[1],
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.max(np.abs(labels[one] - labels[other])) > 0.1


LOSSES, ROUNDING = recorded_losses()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: moments_from_losses(LOSSES[:2], ROUNDING[:2]),
            ["losses", "at least 3", "is 2"],
        ),
        (
            lambda: moments_from_losses(LOSSES, ROUNDING[1:]),
            ["losses", "(11,)", "rounding", "(10,)"],
        ),
        (
            lambda: moments_from_losses([3, np.nan, 1], [1, 1, 1]),
            ["losses", "1 of its 3", "finite"],
        ),
        (
            lambda: moments_from_losses([3, 2, 9], [1, 1, 1]),
            ["losses", "setup of the recorded one", "-197"],
        ),
        (
            lambda: data_with_moments(Moments(1.0, 0.0, 1.0)),
            ["moments.mean_square_noise", "greater than 1", "is 1.0"],
        ),
        (
            lambda: data_with_moments(Moments(np.nan, 0.0, 1.0)),
            ["moments.mean_noise", "finite", "nan"],
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, said: list[str]):
    with pytest.raises(ValueError, match=re.escape(said[0])) as caught:
        call()
    for part in said:
        assert part in str(caught.value)
