"""The figures show what they were given."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import combinations, product
from pkgutil import walk_packages

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import linear_tutorial
from linear_tutorial import (
    TRUE_B,
    TRUE_W,
    History,
    LinearModel,
    make_data,
    mean_squared_error,
    train_step,
    training_loop,
    true_line,
)
from linear_tutorial.classifier import make_moons
from linear_tutorial.classifier.figures import plot_classes
from linear_tutorial.faster import plot_times
from linear_tutorial.figures.diagrams import plot_loop, plot_tape
from linear_tutorial.figures.fit import plot_fit
from linear_tutorial.figures.history import (
    plot_loss,
    plot_loss_surface,
    plot_parameters,
)
from linear_tutorial.figures.losses import plot_losses
from linear_tutorial.figures.paths import plot_paths
from linear_tutorial.figures.progress import plot_progress
from linear_tutorial.figures.shifted_losses import plot_shifted_losses
from linear_tutorial.figures.step import plot_step
from linear_tutorial.figures.unseen import plot_curves, plot_validation
from linear_tutorial.minibatches.figures import plot_valley
from linear_tutorial.replay.figures import plot_replay
from linear_tutorial.resumable.figures import plot_resumed
from linear_tutorial.scale_out.figures import (
    plot_added_steps,
    plot_all_reduce,
    plot_shards,
)

X, Y = make_data(21)
HISTORY = training_loop(LinearModel(), X, Y, epochs=5)
RUNS = {
    "ten": training_loop(LinearModel(), X, Y),
    "five": HISTORY,
    "none": training_loop(LinearModel(), X, Y, epochs=0),
    "far": training_loop(LinearModel(-4, 6), X, Y),
}
# A zigzag all round the minimum.
TURNS = np.linspace(0, 6.2, 60)
RADII = np.resize([0.4, 1.2], 60)
ROUND = History([*(3 + RADII * np.cos(TURNS))], [*(2 + RADII * np.sin(TURNS))])
TIMES = {"eager": 0.0018, "loop in a graph": 1.9e-5, "with XLA": 2.04e-6}
FIGURES = [
    partial(plot_fit, X, Y, LinearModel(4, 1)),
    partial(plot_progress, X, Y, HISTORY),
    partial(plot_parameters, HISTORY),
    partial(plot_loss, HISTORY),
    partial(plot_loss_surface, X, Y, HISTORY),
    partial(plot_shifted_losses, HISTORY, HISTORY.loss[:-1]),
    partial(plot_paths, X, Y, RUNS),
    partial(plot_times, TIMES),
    partial(plot_losses, RUNS),
    partial(plot_resumed, HISTORY.w, HISTORY.w[2:], HISTORY.b[2:]),
    partial(plot_shards, X, Y, [11, 10]),
    partial(plot_added_steps, (5, 0), [(-0.4, 0.3), (-0.1, 0.2)]),
    partial(plot_replay, HISTORY, HISTORY.w[1:], HISTORY.b[1:]),
    partial(plot_step, LinearModel(), X, Y, 0.1),
    partial(plot_classes, *make_moons(21), lambda x: x[:, :1] - 0.6),
    partial(plot_curves, (X, Y), (X, Y), X, Y, {"flat": 0 * X}),
    partial(plot_validation, {"loss": HISTORY.loss, "val_loss": HISTORY.w}),
]
DIAGRAMS = [
    partial(plot_loop, LinearModel(), X, Y, 0.1),
    partial(plot_tape, LinearModel(), 2.0, 8.051),
    partial(plot_all_reduce, (5, 0), [(4.0, -3.0), (1.0, -1.5)], 0.1),
]
# They make axes of their own, several of them.
PANELS = [
    partial(plot_valley, X + 4, Y, {"a run": np.array([[5, -20], [4, -16]])})
]
each_figure = pytest.mark.parametrize(
    "draw", [*FIGURES, *DIAGRAMS], ids=lambda draw: draw.func.__name__
)
each_figure_with_axes = pytest.mark.parametrize(
    "draw", FIGURES, ids=lambda draw: draw.func.__name__
)
each_diagram = pytest.mark.parametrize(
    "draw", DIAGRAMS, ids=lambda draw: draw.func.__name__
)


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def numbers(ax: Axes) -> list[float]:
    """Return the numbers in the texts, in the order in which they were drawn."""
    return [
        float(number.replace("−", "-"))
        for text in ax.texts
        for number in re.findall(r"−?\d+\.?\d*", text.get_text())
    ]


def lines(ax: Axes) -> dict[str, np.ndarray]:
    """Return the points of each labelled line."""
    return {str(line.get_label()): line.get_xydata() for line in ax.lines}


def test_there_is_a_test_for_every_figure():
    modules = walk_packages(linear_tutorial.__path__, "linear_tutorial.")
    figures = {
        name
        for module in modules
        for name in vars(import_module(module.name))
        if name.startswith("plot_")
    }
    assert figures == {
        draw.func.__name__ for draw in (*FIGURES, *DIAGRAMS, *PANELS)
    }


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


@each_figure_with_axes
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


@each_figure
def test_no_text_lies_on_another(draw: Callable[..., Axes]):
    ax = draw()
    ax.figure.canvas.draw()
    extents = [
        text.get_window_extent()
        for text in ax.findobj(Text)
        if text.get_text() and text.get_visible()
    ]
    assert not [
        pair for pair in combinations(extents, 2) if Bbox.intersection(*pair)
    ]


@each_diagram
def test_each_text_of_a_diagram_has_room_in_its_box_or_lies_outside(
    draw: Callable[..., Axes],
):
    ax = draw()
    ax.figure.canvas.draw()
    boxes = [
        artist.get_window_extent()
        for artist in ax.patches
        if isinstance(artist, FancyBboxPatch)
    ]
    for text in ax.texts:
        if text.get_text():
            shown = text.get_window_extent()
            assert all(
                Bbox.intersection(box, shown) is None
                or (box.contains(*shown.min) and box.contains(*shown.max))
                for box in boxes
            ), text


@each_diagram
def test_a_diagram_leaves_the_model_as_it_was(draw: Callable[..., Axes]):
    draw()
    for model in draw.args:
        if isinstance(model, LinearModel):
            assert (float(model.w), float(model.b)) == (5, 0)


# The histories of runs that diverge at once, late, in one parameter alone, and into no number.
DIVERGED = {
    "at once": History([5.0, -4e30], [0.0, 2e30], [10.0, np.inf]),
    "late": History([5.0, 9e15, -8e18], [0.0, -3e9, 1e15], [9.0, 9e31, np.inf]),
    "bias": History([5.0, 4.0], [0.0, 1e9], [10.0, 1e18]),
    "inf": History([5.0, np.inf], [0.0, -np.inf], [10.0, np.inf]),
    "nan": History([5.0, np.nan], [0.0, np.nan], [10.0, np.nan]),
}


@pytest.mark.parametrize("run", DIVERGED.values(), ids=DIVERGED)
@pytest.mark.parametrize(
    "draw",
    [
        partial(plot_progress, X, Y),
        plot_parameters,
        plot_loss,
        partial(plot_loss_surface, X, Y),
        lambda run: plot_paths(X, Y, {"diverged": run, "good": HISTORY}),
        lambda run: plot_losses({"diverged": run, "good": HISTORY}),
        lambda run: plot_fit(X, Y, LinearModel(run.w[-1], run.b[-1])),
    ],
    ids=[
        *["progress", "parameters", "loss", "surface", "paths", "losses"],
        "fit",
    ],
)
def test_a_run_that_diverged_is_drawn_on_axes_of_the_usual_size(
    draw: Callable[[History], Axes], run: History
):
    ax = draw(run)
    ax.figure.canvas.draw()
    width, height = ax.get_window_extent().size
    assert 0.1 < height / width < 10
    assert np.isfinite([*ax.get_xlim(), *ax.get_ylim()]).all()


def test_a_fit_is_drawn_for_lists_as_well():
    ax = plot_fit([0, 1], [2, 5], LinearModel(4, 1))
    assert lines(ax)["true line"].tolist() == [[0, 2], [1, 5]]
    assert lines(ax)["prediction"].tolist() == [[0, 1], [1, 5]]


def test_a_run_that_has_nothing_left_to_do_is_drawn_without_points():
    assert (
        lines(plot_resumed([5.0, 4.0], [], []))["everything restored"].size == 0
    )


def test_each_example_is_one_point():
    (points,) = plot_fit(X, Y, LinearModel()).collections
    np.testing.assert_allclose(points.get_offsets(), np.stack([X, Y], axis=1))


def test_times_are_drawn_as_multiples_of_the_shortest():
    ax = plot_times(TIMES)
    ends = [line.get_xdata()[-1] for line in ax.lines]
    np.testing.assert_allclose(ends, [1800 / 2.04, 19 / 2.04, 1])
    assert ax.get_xscale() == "log"


def test_each_time_stands_beside_its_name_from_top_to_bottom():
    ax = plot_times(TIMES)
    names = {
        place: label.get_text()
        for place, label in zip(
            ax.get_yticks(), ax.get_yticklabels(), strict=True
        )
    }
    shown = {names[text.xy[1]]: text.get_text() for text in ax.texts}
    assert shown == {
        "eager": "1.8 ms",
        "loop in a graph": "19 µs",
        "with XLA": "2 µs",
    }
    heights = [ax.transData.transform(text.xy)[1] for text in ax.texts]
    assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize(
    "ratio", [1, 2, 99, 1100, 15_000, 31_622, 54_000, 150_000, 3_000_000]
)
def test_a_drawing_has_room_for_all_times_and_the_same_size(ratio: float):
    ax = plot_times({"short": 3.5e-6, "long": 3.5e-6 * ratio})
    usual = plot_times({"short": 1, "long": 5})
    ax.figure.canvas.draw()
    usual.figure.canvas.draw()
    page = ax.figure.get_tightbbox()
    assert page.bounds == pytest.approx(usual.figure.get_tightbbox().bounds)
    for text in ax.texts:
        shown = text.get_window_extent().transformed(
            ax.figure.dpi_scale_trans.inverted()
        )
        assert page.padded(0.1).contains(*shown.max)


def test_the_fit_shows_truth_and_prediction():
    ax = plot_fit(X, Y, LinearModel(4, 1))
    drawn = lines(ax)
    np.testing.assert_allclose(drawn["true line"][:, 1], true_line(X))
    np.testing.assert_allclose(drawn["prediction"][:, 1], 4 * X.numpy() + 1)
    truth, prediction = ax.lines
    assert truth.get_linestyle() != prediction.get_linestyle()


def test_progress_shows_a_line_for_every_state():
    ax = plot_progress(X, Y, HISTORY)
    assert len(ax.lines) == 6
    for line, w, b in zip(ax.lines, HISTORY.w, HISTORY.b, strict=True):
        np.testing.assert_allclose(
            line.get_ydata(), w * X.numpy() + b, atol=1e-5
        )
    alphas = [line.get_alpha() for line in ax.lines]
    assert alphas == sorted(alphas)


def test_parameters_are_drawn_against_their_true_values():
    ax = plot_parameters(HISTORY)
    drawn = lines(ax)
    np.testing.assert_array_equal(drawn["W"][:, 1], HISTORY.w)
    np.testing.assert_array_equal(drawn["b"][:, 1], HISTORY.b)
    assert set(drawn["true W"][:, 1]) == {TRUE_W}
    assert set(drawn["true b"][:, 1]) == {TRUE_B}
    style = {line.get_label(): line.get_linestyle() for line in ax.lines}
    assert style["true W"] == style["true b"] == "--"
    assert style["W"] == style["b"] == "-"


def test_parameters_are_not_told_apart_by_colour_alone():
    w, _, b, _ = plot_parameters(HISTORY).lines
    assert w.get_marker() != b.get_marker()


def test_the_loss_curve_stands_on_zero():
    ax = plot_loss(HISTORY)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), HISTORY.loss)
    assert ax.get_ylim()[0] == 0


def test_the_path_runs_over_contours_of_the_true_loss():
    ax = plot_loss_surface(X, Y, HISTORY)
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


@pytest.mark.parametrize(
    "draw",
    [
        partial(plot_loss_surface, X, Y, HISTORY),
        partial(plot_paths, X, Y, RUNS),
        partial(plot_paths, X, Y, {"round": ROUND}),
    ],
    ids=["one path", "several paths", "a path round the minimum"],
)
def test_no_number_of_a_contour_lies_on_a_path(draw: Callable[[], Axes]):
    ax = draw()
    ax.figure.canvas.draw()
    assert ax.texts
    for text, line in product(ax.texts, ax.lines):
        drawn = line.get_transform().transform_path(line.get_path())
        assert not drawn.intersects_bbox(text.get_window_extent(), filled=False)


def test_each_contour_has_its_number_on_it():
    ax = plot_loss_surface(X, Y, HISTORY)
    assert [text.get_text() for text in ax.texts] == [
        "1.5",
        "3",
        "5",
        "8",
        "12",
    ]
    for text in ax.texts:
        w, b = text.get_position()
        loss = np.mean((Y.numpy() - (w * X.numpy() + b)) ** 2)
        assert loss == pytest.approx(float(text.get_text()), rel=0.02)


def test_the_start_lies_within_the_surface_wherever_it_is():
    far = training_loop(LinearModel(-20, 30), X, Y)
    ax = plot_loss_surface(X, Y, far)
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    assert left < -20 < right
    assert bottom < 30 < top


def test_fits_losses_fall_on_the_loops():
    ax = plot_shifted_losses(HISTORY, HISTORY.loss[:-1])
    loop, fit = ax.lines
    np.testing.assert_array_equal(fit.get_xydata(), loop.get_xydata()[:-1])
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3", "4", "5"]
    assert to_hex(loop.get_color()) != to_hex(fit.get_color())


def test_what_was_recorded_falls_on_the_replay():
    ax = plot_replay(HISTORY, HISTORY.w[1:], HISTORY.b[1:])
    w, recorded_w, b, recorded_b = ax.lines
    for curve, marks, values in (
        (w, recorded_w, HISTORY.w),
        (b, recorded_b, HISTORY.b),
    ):
        np.testing.assert_array_equal(curve.get_ydata(), values)
        np.testing.assert_array_equal(
            marks.get_xydata(), curve.get_xydata()[1:]
        )
    assert recorded_w.get_marker() != recorded_b.get_marker()


def test_each_shard_has_its_own_points_colour_and_marker():
    sizes = [8, 6, 4, 3]
    drawn = plot_shards(X, Y, sizes).collections
    points = np.stack([X, Y], axis=1)
    for shard, expected in zip(
        drawn, np.split(points, np.cumsum(sizes)[:-1]), strict=True
    ):
        np.testing.assert_allclose(shard.get_offsets(), expected)
    assert len({to_hex(shard.get_facecolor()[0]) for shard in drawn}) == 4
    outlines = {str(shard.get_paths()[0].vertices) for shard in drawn}
    assert len(outlines) == 4


@pytest.mark.parametrize("sizes", [[], [11, 9], [25, -4], [5, 4, 4, 4, 4]])
def test_sizes_that_are_not_those_of_shards_are_refused(sizes: list[int]):
    with pytest.raises(ValueError, match=r"sizes must be at most 4 numbers"):
        plot_shards(X, Y, sizes)


def test_shares_of_a_step_lead_from_the_start_to_the_end_of_the_whole():
    ax = plot_added_steps((5, 0), [(-0.4, 0.3), (-0.1, 0.2)])
    drawn = lines(ax)
    np.testing.assert_allclose(
        drawn["share of replica 0"], [(5, 0), (4.6, 0.3)]
    )
    np.testing.assert_allclose(
        drawn["share of replica 1"], [(4.6, 0.3), (4.5, 0.5)]
    )
    np.testing.assert_allclose(drawn["whole step"], [(5, 0), (4.5, 0.5)])
    _, first, second = ax.lines
    assert first.get_marker() != second.get_marker()


def test_an_all_reduce_shows_shares_their_sum_and_one_update_for_both():
    ax = plot_all_reduce((5, 0), [(4.0, -3.0), (1.0, -1.5)], 0.2)
    of_replicas = [[0, 4, -3], [1, 1, -1.5]]
    total, after = [5, -4.5], [4, 0.9]
    expected = np.concatenate([*of_replicas, total, after, after])
    np.testing.assert_allclose(numbers(ax), expected)


def test_each_run_has_its_path_over_one_surface():
    ax = plot_paths(X, Y, RUNS)
    drawn = lines(ax)
    for name, run in RUNS.items():
        np.testing.assert_array_equal(
            drawn[name], np.stack([run.w, run.b], axis=1)
        )
    np.testing.assert_array_equal(drawn["true W and b"], [[TRUE_W, TRUE_B]])
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert left < -4
    assert right > 5
    assert bottom < 0
    assert top > 6


def test_each_run_has_its_curve_of_losses():
    ax = plot_losses(RUNS)
    drawn = lines(ax)
    assert list(drawn) == list(RUNS)
    for name, run in RUNS.items():
        np.testing.assert_array_equal(drawn[name][:, 1], run.loss)
    assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("shift", "noise"), [(0.0, 1.0), (4.0, 1.0), (4.0, 2.0)]
)
def test_each_path_through_the_valley_has_a_panel_with_the_same_contours(
    shift: float, noise: float
):
    x, y = make_data(21, noise_stddev=noise)
    x += shift
    paths = {
        "there": np.array([[5.0, -5.0 * shift], [4.0, -3.0 * shift]]),
        "back": np.array([[4.0, -3.0 * shift], [5.0, -5.0 * shift]]),
    }
    panels = plot_valley(x, y, paths)
    assert [ax.get_title() for ax in panels] == list(paths)
    for ax, path in zip(panels, paths.values(), strict=True):
        *contours, star, walked = (line.get_xydata() for line in ax.lines)
        levels = [float(text.get_text()) for text in ax.texts]
        for level, contour in zip(levels, contours, strict=True):
            losses = [
                mean_squared_error(y, LinearModel(w, b)(x))
                for w, b in contour[::12]
            ]
            np.testing.assert_allclose(losses, level, rtol=1e-4)
        np.testing.assert_allclose(star[0], np.polyfit(x, y, deg=1), rtol=1e-4)
        np.testing.assert_array_equal(walked, path)


@pytest.mark.parametrize(
    "draw",
    [partial(plot_paths, X, Y), plot_losses],
    ids=["paths", "losses"],
)
def test_runs_are_named_and_told_apart_without_colours(
    draw: Callable[..., Axes],
):
    ax = draw(RUNS)
    legend = {text.get_text() for text in ax.get_legend().get_texts()}
    assert set(RUNS) <= legend
    runs = [line for line in ax.lines if line.get_label() in RUNS]
    assert len({line.get_linestyle() for line in runs}) == len(RUNS)
    assert len({line.get_marker() for line in runs}) == len(RUNS)


def test_runs_that_went_on_begin_where_the_other_was_stopped():
    ax = plot_resumed(HISTORY.w, HISTORY.w[2:], [4.0, 3.0, 2.0, 1.0])
    drawn = lines(ax)
    np.testing.assert_allclose(
        drawn["everything restored"], drawn["never stopped"][2:]
    )
    np.testing.assert_allclose(
        drawn["only the weights restored"], [[2, 4], [3, 3], [4, 2], [5, 1]]
    )


def gradients(w: float, b: float) -> tuple[float, float]:
    """Return the derivatives of the loss for the data of these tests."""
    error = X.numpy() * w + b - Y.numpy()
    return 2 * np.mean(error * X.numpy()), 2 * np.mean(error)


def test_the_loop_shows_the_numbers_of_one_update():
    dw, db = gradients(4, 1)
    loss = np.mean((X.numpy() * 4 + 1 - Y.numpy()) ** 2)
    expected = [
        *[1, 4, 1],
        *[2, loss],
        *[3, dw, db],
        *[4, 4 - 0.2 * dw, 1 - 0.2 * db],
        0.2,
    ]
    shown = numbers(plot_loop(LinearModel(4, 1), X, Y, 0.2))
    np.testing.assert_allclose(shown, expected, atol=0.0051)


def test_the_arrows_of_the_loop_lead_round_once_from_step_to_step():
    ax = plot_loop(LinearModel(), X, Y, 0.1)
    centers = [
        np.mean(box.get_bbox().get_points(), axis=0) for box in ax.patches
    ]
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]

    def nearest(point: tuple[float, float]) -> int:
        return int(np.linalg.norm(np.subtract(centers, point), axis=1).argmin())

    ways = [(nearest(arrow.xyann), nearest(arrow.xy)) for arrow in arrows]
    assert ways == [(0, 1), (1, 2), (2, 3), (3, 0)]


def test_the_tape_shows_values_and_derivatives_of_one_example():
    x, y, w, b = -1.5, 4.25, 2.0, 1.0
    error = x * w + b - y
    back = 2 * error
    expected = [
        *[w, x * back, x, back],
        *[b, back, 1, back],
        *[x, y],
        *[x * w, 1, back, back],
        *[x * w + b, 1, back, back],
        *[error, back, 1, back],
        *[error**2, 1],
    ]
    shown = numbers(plot_tape(LinearModel(w, b), x, y))
    np.testing.assert_allclose(shown, expected, atol=0.0051)


def test_a_step_falls_short_of_its_forecast_by_the_curvature():
    model, rate = LinearModel(4, 1), 0.2
    gradient = np.array(gradients(4, 1))
    mixed = np.mean(X)
    hessian = 2 * np.array([[np.mean(np.square(X)), mixed], [mixed, 1]])
    forecast = rate * gradient @ gradient
    gap = rate**2 / 2 * gradient @ hessian @ gradient

    ax = plot_step(model, X, Y, rate)
    np.testing.assert_allclose(
        numbers(ax), [forecast, forecast - gap, gap], rtol=0.005
    )
    drawn = lines(ax)
    for name, curvature in ("loss", 1), ("tangent", 0):
        rates, losses = drawn[name].T
        fall = rates * (forecast / rate) - curvature * gap * (rates / rate) ** 2
        np.testing.assert_allclose(losses, losses[0] - fall, atol=1e-5)
        assert rates[0] == 0
        assert rates[-1] > rate


def test_each_class_has_its_own_points_colour_and_marker():
    x, y = make_moons(21)
    first, second = plot_classes(x, y).collections
    points = x.numpy()
    np.testing.assert_allclose(first.get_offsets(), points[::2])
    np.testing.assert_allclose(second.get_offsets(), points[1::2])
    assert to_hex(first.get_facecolor()[0]) != to_hex(second.get_facecolor()[0])
    outlines = {str(c.get_paths()[0].vertices) for c in (first, second)}
    assert len(outlines) == 2


def test_the_boundary_lies_where_the_logit_is_zero():
    x, y = make_moons(21)
    ax = plot_classes(x, y, lambda x: x[:, :1] + 2 * x[:, 1:] - 0.6)
    *_, boundary = ax.collections
    (outline,) = boundary.get_paths()
    across, up = outline.vertices.T
    np.testing.assert_allclose(across + 2 * up, 0.6, atol=1e-4)
    assert np.ptp(across) > 2


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_model_that_says_the_same_of_all_points_has_no_boundary(sign: int):
    x, y = make_moons(21)
    drawn = plot_classes(x, y, lambda x: sign + 0 * x[:, :1]).collections
    regions = drawn[-1]
    filled = [path for path in regions.get_paths() if len(path.vertices)]
    assert len(drawn) == 3
    assert len(filled) == 1


def test_each_fitted_curve_is_drawn_between_the_points_of_both_sets():
    ax = plot_curves((X, Y), ([-1, 1], [9, 20]), X, 3 * X, {"flat": 0 * X})
    train, validation = ax.collections
    np.testing.assert_allclose(train.get_offsets(), np.stack([X, Y], axis=1))
    np.testing.assert_allclose(validation.get_offsets(), [[-1, 9], [1, 20]])
    drawn = lines(ax)
    np.testing.assert_allclose(drawn["true curve"][:, 1], 3 * X)
    np.testing.assert_allclose(drawn["flat"][:, 1], 0)
    assert ax.get_ylim()[1] > 20


def test_a_curve_that_shoots_up_does_not_flatten_the_points():
    calm = plot_curves((X, Y), (X, Y), X, Y)
    wild = plot_curves((X, Y), (X, Y), X, Y, {"wild": 1e6 * X})
    assert wild.get_ylim() == calm.get_ylim()


def test_the_smallest_validation_loss_is_marked():
    ax = plot_validation({"loss": [5, 4, 3, 2], "val_loss": [6, 4, 4, 5]})
    drawn = lines(ax)
    assert drawn["training"].tolist() == [[1, 5], [2, 4], [3, 3], [4, 2]]
    assert drawn["validation"].tolist() == [[1, 6], [2, 4], [3, 4], [4, 5]]
    assert drawn["smallest"].tolist() == [[2, 4]]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_the_smallest_validation_loss_is_marked_though_the_run_diverged():
    nan = float("nan")
    ax = plot_validation({"loss": [4, 2, nan], "val_loss": [4, 3, nan]})
    assert lines(ax)["smallest"].tolist() == [[2, 3]]


class FarAway(LinearModel):
    """A line that standardizes its inputs itself."""

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return super().__call__((tf.cast(x, tf.float32) - 50) / 10)


def test_a_step_of_a_model_that_scales_its_inputs_is_its_own():
    x, y = np.linspace(30, 70, 9), np.linspace(-4, 8, 9)
    model, rate = FarAway(5.0, 1.0), 0.05
    drawn = plot_step(model, x, y, rate)
    (curve,) = [each for each in drawn.lines if each.get_label() == "loss"]
    assert (float(model.w), float(model.b)) == (5, 1)
    before = float(train_step(model, x, y, rate))
    after = float(mean_squared_error(y, model(x)))
    rates, losses = curve.get_data()
    assert losses[0] == pytest.approx(before)
    assert np.interp(rate, rates, losses) == pytest.approx(after, rel=0.01)
