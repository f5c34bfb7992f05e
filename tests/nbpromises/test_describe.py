"""The description of a figure notices what a reader would."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredText, AnnotationBbox, OffsetImage
from matplotlib.patches import ConnectionPatch, Patch
from matplotlib.ticker import EngFormatter, ScalarFormatter
from numpy.typing import ArrayLike

from linear_tutorial import LinearModel, make_data, training_loop
from linear_tutorial.figures.fit import plot_fit
from linear_tutorial.figures.history import plot_loss_surface
from nbpromises.describe import describe

X, Y = make_data(21)
HISTORY = training_loop(LinearModel(), X, Y, epochs=5)


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def draw() -> Axes:
    return plot_fit(X, Y, LinearModel(4, 1))


def reorder(ax: Axes) -> None:
    line = ax.lines[1]
    y = np.array(line.get_ydata())
    y[[3, 11]] = y[[11, 3]]
    line.set_ydata(y)


def move_one_point(ax: Axes) -> None:
    points = ax.collections[0].get_offsets()
    points[7, 1] += 0.5
    ax.collections[0].set_offsets(points)


CHANGES: dict[str, Callable[[Axes], object]] = {
    "a line is lost": lambda ax: ax.lines[0].remove(),
    "the points are lost": lambda ax: ax.collections[0].remove(),
    "a line is empty": lambda ax: ax.lines[1].set_data([], []),
    "all is lost": lambda ax: ax.clear(),
    "there are no axes": lambda ax: ax.remove(),
    "another array": lambda ax: ax.lines[1].set_ydata(3.99 * X + 1),
    "another order": reorder,
    "one point moved": move_one_point,
    "another label": lambda ax: ax.lines[0].set_label("truth"),
    "another axis label": lambda ax: ax.set_ylabel("loss"),
    "another title": lambda ax: ax.set_title("Fit"),
    "other limits": lambda ax: ax.set_ylim(0, 1),
    "no dashes": lambda ax: ax.lines[0].set_linestyle("-"),
    "another colour": lambda ax: ax.lines[0].set_color("red"),
    "points of another colour": lambda ax: ax.collections[0].set_color("red"),
    "no legend": lambda ax: ax.get_legend().remove(),
    "a note": lambda ax: ax.annotate("here", (0, 0)),
    "an arrow": lambda ax: ax.annotate(
        "", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"}
    ),
    "a hidden line": lambda ax: ax.lines[0].set_visible(False),
    "a line without width": lambda ax: ax.lines[1].set_linewidth(0),
    "a faint line": lambda ax: ax.lines[0].set_alpha(0.01),
    "faint points": lambda ax: ax.collections[0].set_alpha(0),
    "hidden axes": lambda ax: ax.set_visible(False),
    "no frame": lambda ax: ax.axis("off"),
    "a hidden axis": lambda ax: ax.yaxis.set_visible(False),
    "another scale": lambda ax: ax.set_xscale("symlog"),
    "ticks with other numbers": lambda ax: ax.set_xticks([0], ["1"]),
    "a title at the left": lambda ax: ax.set_title("Fit", loc="left"),
    "a title of the figure": lambda ax: ax.figure.suptitle("Fit"),
    "a legend of the figure": lambda ax: ax.figure.legend(),
    "something in front": lambda ax: ax.axhspan(-9, 9, color="w", zorder=9),
    "bars": lambda ax: ax.bar([1, 2], [3, 4]),
    "a picture": lambda ax: ax.imshow([[1, 2]], aspect="auto"),
    "a table": lambda ax: ax.table([["1.02"]]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_to_a_figure_changes_its_description(
    change: Callable[[Axes], object],
):
    ax = draw()
    figure, before = ax.figure, describe(ax.figure)
    change(ax)
    assert describe(figure) != before


def test_the_same_drawing_has_the_same_description():
    assert describe(draw().figure) == describe(draw().figure)


def test_noise_in_the_last_bit_does_not_show():
    ax = draw()
    before = describe(ax.figure)
    line = ax.lines[1]
    line.set_ydata(np.nextafter(line.get_ydata(), np.float32(9)))
    assert describe(ax.figure) == before


def test_another_surface_has_another_description():
    def of(shift: float) -> str:
        ax = plot_loss_surface(X, Y + shift, HISTORY)
        return describe(ax.figure)

    assert of(0) != of(0.1)


def test_all_axes_of_a_figure_are_described():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2], label="left")
    right.plot([1, 2], label="right")
    description = describe(figure)
    assert "'left'" in description
    assert "'right'" in description


def test_ticks_beyond_the_view_are_not_described():
    figure, ax = plt.subplots()
    ax.set_xticks([0, 1, 2], ["none", "one", "two"])
    ax.set_xlim(1.5, 0.5)
    assert describe(figure).endswith("x ticks, linear: one")


def test_bars_images_and_hollow_points_are_described_by_their_numbers():
    figure, ax = plt.subplots()
    ax.bar([1, 2], [3, 4])
    ax.scatter([1], [2], facecolors="none", edgecolors="red")
    ax.hlines([5], 0, 1)
    first = describe(figure)
    assert "Rectangle #1f77b4: 5 points, x 0.6 to 1.4" in first
    assert "points #ff0000: 1 points, x 1 to 1" in first
    assert "LineCollection #1f77b4: 2 points, x 0 to 1" in first
    plt.close(figure)
    figure, ax = plt.subplots()
    ax.imshow([[0, 1], [2, 3]])
    assert (
        "AxesImage 2×2 in -0.5, 1.5, 1.5, -0.5: 0 to 3, mean 1.5"
        in describe(figure)
    )
    plt.close(figure)


@pytest.mark.parametrize(
    "changed",
    [
        {"xy": (0, 0), "xytext": (1, 1)},
        {"arrowstyle": "<-"},
        {"color": "red"},
        {"text": "down"},
    ],
    ids=["ends", "head", "colour", "text"],
)
def test_an_arrow_is_described_by_its_ends_head_colour_and_text(
    changed: dict[str, object],
):
    def of(**given: object) -> str:
        arrow = {"xy": (1, 1), "xytext": (0, 0), "text": "", **given}
        style = {"arrowstyle": "->", "color": "blue"}
        for name in style & arrow.keys():
            style[name] = arrow.pop(name)
        figure, ax = plt.subplots()
        ax.annotate(**arrow, arrowprops=style)
        return describe(figure)

    assert "arrow CurveB #0000ff: from 0, 0 to 1, 1" in of()
    assert of(**changed) != of()


@pytest.mark.parametrize("gap", [np.nan, np.inf, np.ma.masked])
@pytest.mark.parametrize("draw", ["plot", "scatter", "imshow"])
def test_a_value_is_described_beside_missing_ones(draw: str, gap: float):
    def of(value: float) -> str:
        y = np.ma.array([1, 0, value, 5], float)
        y[1] = gap
        figure, ax = plt.subplots()
        ax.imshow(y[None]) if draw == "imshow" else getattr(ax, draw)(
            range(4), y
        )
        return describe(figure)

    assert "1 to 5, mean 3, " in of(3)
    assert ", 1 missing" in of(3)
    assert of(4) != of(3)


LOOKS: dict[str, tuple[Callable[[Axes], object], Callable[[Axes], object]]] = {
    "the scale": (
        lambda ax: ax.set(yscale="log"),
        lambda ax: ax.set(yscale="linear"),
    ),
    "the unit of ticks": (
        lambda ax: ax.xaxis.set_major_formatter(EngFormatter("Hz")),
        lambda ax: ax.xaxis.set_major_formatter(EngFormatter("m")),
    ),
    "what is before a step": (
        lambda ax: ax.step([1, 2], [1, 3], where="pre"),
        lambda ax: ax.step([1, 2], [1, 3], where="post"),
    ),
    "the lines of a legend": (
        lambda ax: ax.legend(ax.plot([1], "r", [2], "b"), ["a", "b"]),
        lambda ax: ax.legend(ax.plot([1], "r", [2], "b")[::-1], ["a", "b"]),
    ),
    "the patches of a legend": (
        lambda ax: ax.legend(handles=[Patch(color="r", label="a")]),
        lambda ax: ax.legend(handles=[Patch(color="b", label="a")]),
    ),
    "hollow bars": (
        lambda ax: ax.bar([1], [2], color="none", edgecolor="red"),
        lambda ax: ax.bar([1], [2], color="black"),
    ),
    "hatches": (
        lambda ax: ax.bar([1], [2], hatch="//"),
        lambda ax: ax.bar([1], [2], hatch="xx"),
    ),
    "how clear bars are": (
        lambda ax: ax.bar([1], [2], alpha=0.5),
        lambda ax: ax.bar([1], [2], alpha=0.05),
    ),
    "the points of a legend": (
        lambda ax: ax.legend([ax.scatter(1, 1, color=c) for c in "rb"], "ab"),
        lambda ax: ax.legend([ax.scatter(1, 1, color=c) for c in "br"], "ab"),
    ),
    "the lines of a legend of the figure": (
        lambda ax: ax.figure.legend(ax.plot([1], "r", [2], "b"), "ab"),
        lambda ax: ax.figure.legend(ax.plot([1], "r", [2], "b")[::-1], "ab"),
    ),
    "which way up an image is": (
        lambda ax: ax.imshow([[1], [2]], extent=(0, 1, 0, 1), origin="upper"),
        lambda ax: ax.imshow([[1], [2]], extent=(0, 1, 0, 1), origin="lower"),
    ),
    "the colours of contours": (
        lambda ax: ax.contour(ACROSS, levels=[1, 2], colors=["r", "b"]),
        lambda ax: ax.contour(ACROSS, levels=[1, 2], colors=["b", "r"]),
    ),
    "the frames of bars": (
        lambda ax: ax.bar([1, 2], [3, 4], edgecolor=["r", "b"]),
        lambda ax: ax.bar([1, 2], [3, 4], edgecolor=["b", "r"]),
    ),
    "the dashes of several lines": (
        lambda ax: ax.vlines([1, 2], 0, 1, linestyles=["-", "--"]),
        lambda ax: ax.vlines([1, 2], 0, 1, linestyles=["--", "-"]),
    ),
    "the hatches of areas": (
        lambda ax: ax.fill_between([1, 2], [3, 4], hatch="/"),
        lambda ax: ax.fill_between([1, 2], [3, 4], hatch="x"),
    ),
    "the angles of arrows": (
        lambda ax: ax.quiver([1, 2], [1, 2], [1, 2], [1, 2], angles=[0, 90]),
        lambda ax: ax.quiver([1, 2], [1, 2], [1, 2], [1, 2], angles=[90, 0]),
    ),
    "where the text of a note is": (
        lambda ax: ax.annotate("peak", (1, 1), xytext=(2, 2)),
        lambda ax: ax.annotate("peak", (1, 1), xytext=(8, 8)),
    ),
    "the colours of a table": (
        lambda ax: ax.table([["1", "2"]], cellColours=[["r", "b"]]),
        lambda ax: ax.table([["1", "2"]], cellColours=[["b", "r"]]),
    ),
    "numbers that lie close to each other": (
        lambda ax: ax.plot([1000.00, 1000.01, 1000.02]),
        lambda ax: ax.plot([1000.02, 1000.01, 1000.00]),
    ),
    "ticks": (
        lambda ax: ax.set_xticks([2, 4]),
        lambda ax: ax.set_xticks([]),
    ),
    "the numbers at ticks": (
        lambda ax: ax.tick_params(labelbottom=True),
        lambda ax: ax.tick_params(labelbottom=False),
    ),
    "the place of an image": (
        lambda ax: ax.imshow([[1, 2]], extent=(0, 1, 0, 1)),
        lambda ax: ax.imshow([[1, 2]], extent=(5, 9, 5, 9)),
    ),
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_else_a_reader_sees_is_described(look: str):
    descriptions = []
    for draw in LOOKS[look]:
        figure, ax = plt.subplots()
        draw(ax)
        ax.set(xlim=(0, 10), ylim=(1, 10))
        ax.yaxis.set_major_formatter(ScalarFormatter())
        descriptions.append(describe(figure))
    assert descriptions[0] != descriptions[1]


PERIOD = np.linspace(0, 2 * np.pi, 101)
ACROSS, UP = np.meshgrid(range(5), range(5))


@pytest.mark.parametrize(
    ("draw", "one", "other"),
    [
        ("plot", [np.cos(PERIOD)], [np.cos(2 * PERIOD)]),
        ("plot", [[0, 3, 0, 3, 0]], [[3, 0, 0, 0, 3]]),
        ("imshow", [np.eye(4)], [np.fliplr(np.eye(4))]),
        ("contour", [ACROSS + UP], [ACROSS - UP]),
    ],
)
def test_symmetric_values_are_told_apart(
    draw: str, one: list[ArrayLike], other: list[ArrayLike]
):
    options = {"colors": "k", "levels": 3} if draw == "contour" else {}

    def of(values: list[ArrayLike]) -> str:
        figure, ax = plt.subplots()
        getattr(ax, draw)(*values, **options)
        # The levels differ as well.
        return re.sub("contours at .*:", "", describe(figure))

    assert of(one) != of(other)


def test_the_place_of_axes_and_the_way_of_angles_are_described():
    def of(column: int, way: int) -> str:
        figure = plt.figure()
        figure.add_subplot(1, 2, column).plot([1, 2])
        ax = figure.add_subplot(1, 2, 3 - column, projection="polar")
        ax.plot([1, 2])
        ax.set_theta_direction(way)
        return describe(figure)

    assert len({of(1, 1), of(2, 1), of(1, -1)}) == 3


def test_rounding_of_float32_does_not_show():
    rows = np.full(9, 0.7, np.float32)
    figure, ax = plt.subplots()
    ax.plot(
        np.nextafter(rows, np.float32(0), where=np.arange(9) % 2 == 0, out=rows)
    )
    assert "y 0.7 to 0.7, mean 0.7, tilt" in describe(figure)


def test_axes_with_colour_bars_have_the_places_of_their_plots():
    figure, axes = plt.subplots(1, 2)
    for ax in axes:
        figure.colorbar(ax.imshow([[1, 2]]))
    description = describe(figure)
    assert description.count("axes 1, 1: ") == 2
    assert description.count("axes 1, 2: ") == 2


def test_labels_at_minor_ticks_are_labels():
    figure, ax = plt.subplots()
    ax.plot([2, 8])
    ax.set_yscale("log")
    assert "no labels" not in describe(figure)


def test_events_are_described():
    figure, ax = plt.subplots()
    ax.eventplot([1, 2, 3])
    assert "EventCollection" in describe(figure)


def test_a_line_without_any_value_is_described():
    figure, ax = plt.subplots()
    ax.plot([1, 2], [np.nan, np.nan])
    assert "tilt 1; y 2 missing" in describe(figure)


def connect(figure: Figure, z: np.ndarray) -> None:
    one, other = figure.subplots(1, 2)
    ends = (0, z[0, 1] / 9), (1, 1)
    figure.add_artist(
        ConnectionPatch(*ends, "data", "data", axesA=one, axesB=other)
    )


NUMBERS = np.add.outer([0.1, 0.5, 2], [0, 3, 5])
DRAWINGS: dict[str, Callable[[Figure, np.ndarray], object]] = {
    "an endless line by its slope": lambda figure, z: (
        figure.add_subplot().axline((0, 1), slope=z[0, 1])
    ),
    "an endless line by its points": lambda figure, z: (
        figure.add_subplot().axline((0, 1), (1, z[0, 1]))
    ),
    "words of a part of a figure": lambda figure, z: figure.subfigures(1, 2)[
        0
    ].suptitle(f"loss {z[0, 1]}"),
    "a line beside axes": lambda figure, z: figure.add_artist(
        Line2D([0, z[0, 1]], [0, 1])
    ),
    "an arrow between axes": connect,
    "points coloured by values": lambda figure, z: figure.add_subplot().scatter(
        *np.indices(z.shape), c=z
    ),
    "points of several colours": lambda figure, z: figure.add_subplot().scatter(
        *np.indices(z.shape), c=plt.get_cmap("viridis")(z.ravel() / 20)
    ),
    "points of several sizes": lambda figure, z: figure.add_subplot().scatter(
        *np.indices(z.shape), s=z
    ),
    "lines of several widths": lambda figure, z: figure.add_subplot().hlines(
        range(9), 0, 1, linewidths=z.ravel()
    ),
    "arrows, across": lambda figure, z: figure.add_subplot().quiver(z, NUMBERS),
    "arrows, up": lambda figure, z: figure.add_subplot().quiver(NUMBERS, z),
    "a mesh": lambda figure, z: figure.add_subplot().pcolormesh(z),
    "a histogram": lambda figure, z: figure.add_subplot().hist2d(
        *np.indices(z.shape).reshape(2, -1), weights=z.ravel()
    ),
    "hexagons": lambda figure, z: figure.add_subplot().hexbin(
        *np.indices(z.shape).reshape(2, -1), C=z.ravel()
    ),
    "contours of a colour map": lambda figure, z: figure.add_subplot().contourf(
        z
    ),
    "an inset": lambda figure, z: (
        figure.add_subplot().inset_axes([0, 0, 1, 1]).plot(z)
    ),
    "a second scale": lambda figure, z: figure.add_subplot().secondary_yaxis(
        "right", functions=(lambda y: y * z[0, 1], lambda y: y / z[0, 1])
    ),
    "a table": lambda figure, z: figure.add_subplot().table(cellText=z),
    "a box with text": lambda figure, z: figure.add_subplot().add_artist(
        AnchoredText(str(z), loc="center")
    ),
    "a box with a picture": lambda figure, z: figure.add_subplot().add_artist(
        AnnotationBbox(OffsetImage(z), (0, 0))
    ),
    "the place of a box": lambda figure, z: figure.add_subplot().add_artist(
        AnnotationBbox(OffsetImage(NUMBERS), tuple(z[0, :2]))
    ),
    "a line in space": lambda figure, z: figure.add_subplot(
        projection="3d"
    ).plot(*np.indices(z.shape).reshape(2, -1), z.ravel()),
    "points in space": lambda figure, z: figure.add_subplot(
        projection="3d"
    ).scatter(*np.indices(z.shape), z),
    "a surface": lambda figure, z: figure.add_subplot(
        projection="3d"
    ).plot_surface(*np.indices(z.shape), z),
    "a text in space": lambda figure, z: figure.add_subplot(
        projection="3d"
    ).text(0, 0, z[0, 1], "here"),
    "the label of the third axis": lambda figure, z: figure.add_subplot(
        projection="3d"
    ).set_zlabel(f"{z[0, 1]}"),
}


@pytest.mark.parametrize(
    "other", [NUMBERS.T, 2 * NUMBERS], ids=["turned", "doubled"]
)
@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_other_numbers_have_another_description(
    draw: Callable[[Figure, np.ndarray], object], other: np.ndarray
):
    def of(numbers: np.ndarray) -> str:
        figure = plt.figure()
        draw(figure, numbers)
        return describe(figure)

    assert of(other) != of(NUMBERS)


def test_an_hour_more_on_an_axis_of_dates_shows():
    def of(hour: int) -> str:
        days = datetime(2024, 1, 1), datetime(2024, 9, 1, hour)
        figure, ax = plt.subplots()
        ax.plot([*days, datetime(2024, 12, 31)], [1, 2, 3])
        return describe(figure)

    assert of(13) != of(12)


def test_texts_and_arrows_may_stand_at_names_and_dates():
    figure, (names, dates) = plt.subplots(1, 2)
    names.bar(["SGD", "Adam"], [1, 2])
    names.text("SGD", 1.5, "1.5")
    names.annotate("best", ("Adam", 2))
    dates.plot([date(1970, 1, 1), date(1970, 1, 9)], [1, 2])
    ends = (date(1970, 1, 3), 1), (date(1970, 1, 5), 2)
    dates.annotate("", *ends, arrowprops={"arrowstyle": "->"})
    description = describe(figure)
    assert "text '1.5' at 0, 1.5" in description
    assert "text 'best' at 1, 2" in description
    assert "from 4, 2 to 2, 1" in description


def test_each_point_and_pixel_may_have_its_own_opacity():
    def of(opacity: float) -> str:
        figure, ax = plt.subplots()
        ax.scatter([1, 2], [3, 4], alpha=[0.1, opacity])
        ax.imshow([[1, 2]], alpha=[[0.2, opacity]])
        return describe(figure)

    assert "points #1f77b4 alpha 0.1 to 0.5, mean 0.3" in of(0.5)
    assert "AxesImage 1×2 alpha 0.2 to 0.5, mean 0.35" in of(0.5)


def test_an_image_of_another_opacity_has_another_description():
    figure, ax = plt.subplots()
    image = ax.imshow([[1, 2]])
    before = describe(figure)
    image.set_alpha(0.5)
    assert describe(figure) != before
