"""Two half moons, held against their definition."""

import numpy as np
import pytest

from linear_tutorial.classifier import make_moons

CENTERS = np.array([[0.0, 0.0], [1.0, 0.5]])


def test_points_without_noise_lie_on_two_half_circles():
    x, y = (np.asarray(part) for part in make_moons(1000, noise_stddev=0.0))
    for label, side in (0, 1), (1, -1):
        arms = x[y[:, 0] == label] - CENTERS[label]
        np.testing.assert_allclose(np.hypot(*arms.T), 1, atol=1e-5)
        assert (side * arms[:, 1] > -1e-5).all()
        # All of the half circle has points, as many in each quarter as in the next.
        quarters, _ = np.histogram(np.arccos(arms[:, 0].clip(-1, 1)), bins=4)
        assert quarters.min() > 80


def test_labels_take_turns_in_a_column_of_their_own():
    x, y = make_moons(5)
    assert (x.shape, y.shape) == ((5, 2), (5, 1))
    assert (x.dtype.name, y.dtype.name) == ("float32", "float32")
    assert y[:, 0].numpy().tolist() == [0, 1, 0, 1, 0]


def test_noise_has_the_deviation_asked_for_in_both_coordinates():
    clean, _ = make_moons(4000, noise_stddev=0.0)
    noisy, _ = make_moons(4000, noise_stddev=0.3)
    noise = np.asarray(noisy - clean)
    np.testing.assert_allclose(noise.std(axis=0), 0.3, rtol=0.05)
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.02)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.05


def test_each_seed_has_its_own_points():
    first, again, other = (
        np.asarray(make_moons(50, seed=seed)[0]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.isclose(first, other).any(axis=1).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"num_examples": 0}, ["num_examples", "0", "at least 1"]),
        ({"noise_stddev": -1}, ["noise_stddev", "-1", "at least 0"]),
        ({"noise_stddev": np.nan}, ["noise_stddev", "nan", "finite"]),
        ({"seed": -1}, ["seed", "-1", "at least 0"]),
    ],
    ids=str,
)
def test_bad_input_is_named(arguments: dict[str, float], said: list[str]):
    with pytest.raises(ValueError, match=said[0]) as caught:
        make_moons(**arguments)
    for words in said:
        assert words in str(caught.value)
