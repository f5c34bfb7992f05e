"""The figures show what they were given."""

from collections.abc import Callable, Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from linear_tutorial import (
    TRUE_B,
    TRUE_W,
    LinearModel,
    make_data,
    plots,
    training_loop,
    true_line,
)

X, Y = make_data(21)
HISTORY = training_loop(LinearModel(), X, Y, epochs=5)
FIGURES: dict[str, Callable[..., Axes]] = {
    "data": lambda **kw: plots.data(X, Y, **kw),
    "fit": lambda **kw: plots.fit(X, Y, LinearModel(4, 1), **kw),
    "progress": lambda **kw: plots.progress(X, Y, HISTORY, **kw),
    "parameters": lambda **kw: plots.parameters(HISTORY, **kw),
    "loss": lambda **kw: plots.loss(HISTORY, **kw),
    "loss_surface": lambda **kw: plots.loss_surface(X, Y, HISTORY, **kw),
    "shifted_losses": lambda **kw: plots.shifted_losses(
        HISTORY, HISTORY.loss[:-1], **kw
    ),
    "resumed": lambda **kw: plots.resumed(
        HISTORY.w, HISTORY.w[2:], HISTORY.b[2:], **kw
    ),
}
each_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def lines(ax: Axes) -> dict[str, np.ndarray]:
    """Return the points of each labelled line."""
    return {str(line.get_label()): line.get_xydata() for line in ax.lines}


def test_there_is_a_test_for_every_figure():
    public = {
        name
        for name, value in vars(plots).items()
        if getattr(value, "__module__", "") == plots.__name__
        and not name.startswith("_")
    }
    assert public == set(FIGURES)


@each_figure
def test_a_figure_is_drawn_on_the_axes_that_it_is_given(
    draw: Callable[..., Axes],
):
    _, (left, right) = plt.subplots(1, 2)
    assert draw(ax=right) is right
    assert right.has_data()
    assert not left.has_data()


@each_figure
def test_a_figure_is_new_by_default(draw: Callable[..., Axes]):
    assert draw().figure is not draw().figure


@each_figure
def test_both_axes_are_named(draw: Callable[..., Axes]):
    ax = draw()
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@each_figure
def test_drawing_leaves_the_readers_style_alone(draw: Callable[..., Axes]):
    before = dict(mpl.rcParams)
    draw()
    assert dict(mpl.rcParams) == before


@each_figure
def test_a_figure_fits_on_its_page(draw: Callable[..., Axes]):
    figure = draw().figure
    figure.canvas.draw()
    page, drawn = figure.bbox_inches.padded(0.05), figure.get_tightbbox()
    assert page.contains(*drawn.min)
    assert page.contains(*drawn.max)


def test_each_example_is_one_point():
    (points,) = plots.data(X, Y).collections
    np.testing.assert_allclose(points.get_offsets(), np.stack([X, Y], axis=1))


def test_the_fit_shows_truth_and_prediction():
    ax = plots.fit(X, Y, LinearModel(4, 1))
    drawn = lines(ax)
    np.testing.assert_allclose(drawn["true line"][:, 1], true_line(X))
    np.testing.assert_allclose(drawn["prediction"][:, 1], 4 * X.numpy() + 1)
    truth, prediction = ax.lines
    assert truth.get_linestyle() != prediction.get_linestyle()


def test_progress_shows_a_line_for_every_state():
    ax = plots.progress(X, Y, HISTORY)
    assert len(ax.lines) == 6
    for line, w, b in zip(ax.lines, HISTORY.w, HISTORY.b, strict=True):
        np.testing.assert_allclose(
            line.get_ydata(), w * X.numpy() + b, atol=1e-5
        )
    alphas = [line.get_alpha() for line in ax.lines]
    assert alphas == sorted(alphas)


def test_parameters_are_drawn_against_their_true_values():
    ax = plots.parameters(HISTORY)
    drawn = lines(ax)
    np.testing.assert_array_equal(drawn["W"][:, 1], HISTORY.w)
    np.testing.assert_array_equal(drawn["b"][:, 1], HISTORY.b)
    assert set(drawn["true W"][:, 1]) == {TRUE_W}
    assert set(drawn["true b"][:, 1]) == {TRUE_B}
    style = {line.get_label(): line.get_linestyle() for line in ax.lines}
    assert style["true W"] == style["true b"] == "--"
    assert style["W"] == style["b"] == "-"


def test_parameters_are_not_told_apart_by_colour_alone():
    w, _, b, _ = plots.parameters(HISTORY).lines
    assert w.get_marker() != b.get_marker()


def test_the_loss_curve_stands_on_zero():
    ax = plots.loss(HISTORY)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), HISTORY.loss)
    assert ax.get_ylim()[0] == 0


def test_the_path_runs_over_contours_of_the_true_loss():
    ax = plots.loss_surface(X, Y, HISTORY)
    path = ax.lines[0]
    np.testing.assert_array_equal(path.get_xdata(), HISTORY.w)
    np.testing.assert_array_equal(path.get_ydata(), HISTORY.b)
    contours = ax.collections[0]
    for level, outline in zip(
        contours.levels, contours.get_paths(), strict=True
    ):
        for w, b in outline.vertices[::7]:
            loss = np.mean((Y.numpy() - (w * X.numpy() + b)) ** 2)
            assert loss == pytest.approx(level, rel=0.02)


def test_the_start_lies_within_the_surface_wherever_it_is():
    far = training_loop(LinearModel(-20, 30), X, Y)
    ax = plots.loss_surface(X, Y, far)
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    assert left < -20 < right
    assert bottom < 30 < top


def test_fits_losses_fall_on_the_loops():
    ax = plots.shifted_losses(HISTORY, HISTORY.loss[:-1])
    loop, fit = ax.lines
    np.testing.assert_array_equal(fit.get_xydata(), loop.get_xydata()[:-1])
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3", "4", "5"]
    assert to_hex(loop.get_color()) != to_hex(fit.get_color())


def test_runs_that_went_on_begin_where_the_other_was_stopped():
    ax = plots.resumed(HISTORY.w, HISTORY.w[2:], [4.0, 3.0, 2.0, 1.0])
    drawn = lines(ax)
    np.testing.assert_allclose(
        drawn["everything restored"], drawn["never stopped"][2:]
    )
    np.testing.assert_allclose(
        drawn["only the weights restored"], [[2, 4], [3, 3], [4, 2], [5, 1]]
    )
