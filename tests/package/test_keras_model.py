"""The Keras model does what the plain module does, and keeps what it learned."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from linear_tutorial import (
    KerasLinearModel,
    LinearModel,
    make_data,
    training_loop,
)

parameters = st.floats(-10, 10, width=32)


@settings(max_examples=10)
@given(st.integers(0, 1000), parameters, parameters, st.floats(0.001, 0.24))
def test_both_models_take_the_same_course(
    seed: int, w: float, b: float, learning_rate: float
):
    x, y = make_data(50, seed=seed)
    plain, keras_run = (
        training_loop(model, x, y, learning_rate=learning_rate)
        for model in (LinearModel(w, b), KerasLinearModel(w, b))
    )
    np.testing.assert_allclose(keras_run.w, plain.w, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(keras_run.b, plain.b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(keras_run.loss, plain.loss, rtol=1e-4)


def test_both_models_predict_15_at_3():
    assert float(LinearModel()(3.0)) == 15
    assert float(KerasLinearModel()(tf.constant(3.0))) == 15


def test_keras_tracks_both_weights():
    model = KerasLinearModel(4.0, 1.0)
    assert [weight.name for weight in model.trainable_weights] == ["w", "b"]
    assert [float(weight.numpy()) for weight in model.weights] == [4, 1]


def test_a_module_finds_both_variables():
    variables = LinearModel(4.0, 1.0).trainable_variables
    assert {variable.name: float(variable) for variable in variables} == {
        "w:0": 4,
        "b:0": 1,
    }


def test_saved_weights_come_back_after_they_were_changed(tmp_path: Path):
    x, y = make_data()
    model = KerasLinearModel()
    training_loop(model, x, y)
    learned = float(model.w), float(model.b)
    assert learned != (5, 0)
    path = tmp_path / "line.weights.h5"
    model.save_weights(path)

    model.w.assign(-1.0)
    model.b.assign(-2.0)
    model.load_weights(path)
    assert (float(model.w), float(model.b)) == learned

    fresh = KerasLinearModel(7.0, 8.0)
    fresh(x)
    fresh.load_weights(path)
    assert (float(fresh.w), float(fresh.b)) == learned


@pytest.mark.parametrize("eagerly", [False, True])
def test_fit_reports_the_loops_losses_shifted_by_one(eagerly: bool):
    x, y = make_data()
    by_hand = training_loop(LinearModel(), x, y)
    model = KerasLinearModel()
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.1),
        loss=keras.losses.MeanSquaredError(),
        run_eagerly=eagerly,
    )
    fitted = model.fit(x, y, epochs=10, batch_size=len(x), verbose=0)
    np.testing.assert_allclose(
        fitted.history["loss"], by_hand.loss[:-1], rtol=1e-5
    )
    assert float(model.w) == pytest.approx(by_hand.w[-1], rel=1e-5)
    assert float(model.b) == pytest.approx(by_hand.b[-1], rel=1e-5)


def test_fit_reports_0_for_a_metric_that_a_step_has_not_updated_as_the_page_says():
    class Silent(KerasLinearModel):
        def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict:
            x, y = data
            return {"loss": self.compute_loss(x, y, self(x))}

    model = Silent()
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    history = model.fit(*make_data(), epochs=2, verbose=0).history
    assert history["loss"] == [0, 0]
