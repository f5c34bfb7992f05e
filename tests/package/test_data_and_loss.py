"""The training data and the loss."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from linear_tutorial import (
    NUM_EXAMPLES,
    TRUE_B,
    TRUE_W,
    make_data,
    mean_squared_error,
    true_line,
)

FLOATS = st.floats(-100, 100, width=32)


def test_there_are_201_points_in_float32_unless_told_otherwise():
    for values in make_data():
        assert values.shape == (NUM_EXAMPLES,) == (201,)
        assert values.dtype == tf.float32


@given(st.integers(2, 1000))
def test_inputs_are_evenly_spaced_from_minus_two_to_two(num_examples: int):
    x, y = make_data(num_examples)
    np.testing.assert_allclose(x, np.linspace(-2, 2, num_examples), atol=1e-6)
    assert y.shape == x.shape


def test_the_same_seed_gives_the_same_points_whatever_was_drawn_before():
    first = make_data(seed=7)
    tf.random.normal([10])
    np.testing.assert_array_equal(first, make_data(seed=7))


def test_another_seed_gives_other_noise():
    assert np.any(make_data(seed=7)[1] != make_data(seed=8)[1])


def test_without_noise_all_points_lie_on_the_true_line():
    x, y = make_data(noise_stddev=0)
    np.testing.assert_array_equal(y, true_line(x))
    np.testing.assert_allclose(y, TRUE_W * x.numpy() + TRUE_B, atol=1e-6)


@pytest.mark.parametrize("stddev", [0.5, 1.0, 3.0])
def test_the_noise_is_gaussian_with_the_spread_asked_for(stddev: float):
    n = 100_000
    x, y = make_data(n, noise_stddev=stddev)
    noise = (y - true_line(x)).numpy() / stddev
    # Five standard errors of each statistic.
    assert abs(noise.mean()) < 5 / n**0.5
    assert abs(noise.std() - 1) < 5 / (2 * n) ** 0.5
    assert abs(np.mean(np.abs(noise) < 1) - 0.682689) < 5 * 0.466 / n**0.5


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=30))
def test_the_loss_is_the_mean_of_the_squared_differences(
    pairs: list[tuple[float, float]],
):
    target, predicted = np.array(pairs, np.float32).T
    expected = np.mean((target.astype(float) - predicted.astype(float)) ** 2)
    actual = float(mean_squared_error(target, predicted))
    assert actual == pytest.approx(expected, rel=1e-5, abs=1e-30)


def test_a_perfect_prediction_has_loss_zero():
    _, y = make_data()
    assert float(mean_squared_error(y, y)) == 0


def test_the_loss_is_a_scalar_for_any_shape():
    matrix = tf.ones([3, 4])
    assert mean_squared_error(matrix, 3 * matrix).shape == ()
    assert float(mean_squared_error(matrix, 3 * matrix)) == 4
