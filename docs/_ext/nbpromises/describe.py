"""Say in words what a matplotlib figure shows, so that a page can promise it.

A drawing that lost a line, went empty or plots the wrong array looks fine to a build. Its
description does not: it names every line, cloud of points, contour, text and legend entry, and
sums up the plotted numbers to four digits, or to six where they lie close to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import TYPE_CHECKING, Any, SupportsFloat, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.contour import ContourSet
from matplotlib.figure import SubFigure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.projections.polar import PolarAxes
from matplotlib.quiver import Quiver
from matplotlib.spines import Spine
from matplotlib.table import Table
from matplotlib.text import Annotation, Text
from matplotlib.ticker import ScalarFormatter
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from IPython.lib.pretty import RepresentationPrinter
    from matplotlib.figure import Figure


def describe(figure: Figure) -> str:
    """Describe a figure, one line for each thing that is drawn.

    >>> import matplotlib.pyplot as plt
    >>> figure, ax = plt.subplots()
    >>> _ = ax.plot([1, 2, 3], [1, 4, 9], label="squares")
    >>> print(describe(figure))
    axes: x '' from 0.9 to 3.1, y '' from 0.6 to 9.4
      line 'squares' - #1f77b4: 3 points, x 1 to 3, mean 2, tilt 1.167; y 1 to 9, mean 4.667, tilt 3.333
    >>> plt.close(figure)
    """
    figure.canvas.draw()
    lines = [line for ax in figure.axes if _shows(ax) for line in _axes(ax)]
    lines += _outside(figure)
    return "\n".join(lines or ["empty figure"])


def print_figure(
    figure: Figure, printer: RepresentationPrinter, cycle: bool
) -> None:
    """Print the description of a figure; IPython calls this for its text/plain output."""
    printer.text(describe(figure))


def _outside(figure: Figure | SubFigure) -> Iterator[str]:
    """Describe what belongs to a figure and to none of its axes, in its parts as well."""
    for artist in filter(_shows, figure.get_children()):
        kind = f"{type(artist).__name__} outside of the axes"
        match artist:
            case SubFigure():
                yield from _outside(artist)
            case Axes() | figure.patch:
                pass
            case Line2D():
                yield f"{kind}{_style(artist)}: {_summary(artist.get_xydata())}"
            case Patch():
                yield f"{kind}: {_summary(artist.get_path().vertices)}"
            case Legend():
                yield f"{kind}: {_words(artist)}{_keys(artist)}"
            case _:
                yield f"{kind}: {_words(artist)}"


def _axes(ax: Axes) -> Iterator[str]:
    title = f"{ax.title.get_text()!r}: " if ax.title.get_text() else ""
    scales = [
        f"{name} {axis.get_label_text()!r} from {_limits(axis)}"
        for name, axis in _named(ax)
    ]
    yield f"axes{_cell(ax)}: {title}{', '.join(scales)}{_turn(ax)}"
    for name, axis in _named(ax):
        if not _shows(axis) or not ax.axison:
            yield f"  no {name} axis"
        elif not any(map(Text.get_text, axis.get_ticklabels(which="both"))):
            yield f"  no labels at {name} ticks"
        elif (
            # EngFormatter is one, too.
            type(axis.get_major_formatter()) is not ScalarFormatter
            or axis.get_scale() != "linear"
        ):
            yield f"  {name} ticks, {axis.get_scale()}: {', '.join(_ticks(axis))}"
    yield from _children(ax, ax)


def _cell(ax: Axes) -> str:
    """Say in which row and column of several axes these stand."""
    spec = ax.get_subplotspec()
    if spec is None or spec.get_gridspec().get_geometry() == (1, 1):
        return ""
    # A colour bar takes its place from the axes that it belongs to.
    spec = spec.get_topmost_subplotspec()
    return f" {spec.rowspan.start + 1}, {spec.colspan.start + 1}"


def _turn(ax: Axes) -> str:
    """Say where the angles of polar axes begin and which way they go, if not as usual."""
    if not isinstance(ax, PolarAxes):
        return ""
    begin, way = ax.get_theta_offset(), ax.get_theta_direction()
    return f", turned by {_number(begin)} × {way}" if begin or way < 0 else ""


def _named(ax: Axes) -> Iterator[tuple[str, Any]]:
    """Return the two or three axes of a system of coordinates, with their names."""
    for name in "xyz":
        if axis := getattr(ax, f"{name}axis", None):
            yield name, axis


def _limits(axis: Axis) -> str:
    start, end = axis.get_view_interval()
    return f"{_number(start, axis)} to {_number(end, axis)}"


def _children(parent: Artist, ax: Axes) -> Iterator[str]:
    for artist in filter(_shows, parent.get_children()):
        if description := _artist(artist, ax):
            yield indent(description, "  ")


def _ticks(axis: Axis) -> list[str]:
    """List the labels within the view; how many an axis keeps beyond depends on matplotlib's version."""
    low, high = sorted(axis.get_view_interval())
    places = axis.get_ticklocs(), axis.get_ticklabels()
    return [
        label.get_text()
        # Those that are hidden are not in the list.
        for place, label in zip(*places, strict=False)
        if low <= place <= high
    ]


def _artist(artist: Artist, ax: Axes) -> str | None:
    """Describe one artist of the axes, or return None if it needs no description.

    An artist of an unknown type is described by the name of its type, its place and its parts.
    """
    match artist:
        case _ if artist in ax.child_axes:
            return "\n".join(_axes(cast("Axes", artist)))
        case AxLine():
            name, style = _name(artist), _style(artist)
            return f"endless line{name}{style} {_course(artist, ax)}"
        case Line2D():
            points = _points(artist.get_xydata(), ax)
            return f"line{_name(artist)}{_style(artist)}: {points}"
        case ContourSet():
            return _contours(artist, ax)
        case Collection():
            return _collection(artist, ax)
        case Annotation() if artist.arrow_patch:
            return _arrow(artist, artist.arrow_patch, ax)
        case Text():
            if artist.get_text() and artist is not ax.title:
                return f"text {artist.get_text()!r} at {_where(artist, ax)}"
        case Legend():
            return f"legend: {_words(artist)}{_keys(artist)}"
        case Spine() | Axis() | ax.patch:
            pass
        case Patch():
            vertices = artist.get_path().vertices
            corners = artist.get_patch_transform().transform(vertices)
            kind = f"{type(artist).__name__} {_fill(artist)}"
            return f"{kind}: {_points(corners, ax)}"
        case ScalarMappable():
            values: np.ndarray = np.ma.asarray(artist.get_array())
            shape = "×".join(map(str, values.shape))
            kind = f"{type(artist).__name__} {shape}{_alpha(artist)}"
            if isinstance(artist, AxesImage):
                kind += f" in {', '.join(map(_number, artist.get_extent()))}"
                kind += " upwards" if artist.origin == "lower" else ""
            return f"{kind}: {_summary(values)}"
        case Table():
            cells = sorted(artist.get_celld().items())
            filled = [
                f"{cell.get_text().get_text()!r} {_fill(cell)}"
                for _, cell in cells
            ]
            return f"table: {', '.join(filled)}"
        case _:
            place = (
                f" at {_place(artist.xy, ax)}" if hasattr(artist, "xy") else ""
            )
            kind = f"{type(artist).__name__}{place}"
            return "\n".join([kind, *_children(artist, ax)])
    return None


def _keys(legend: Legend) -> str:
    """Describe the lines and patches of a legend, in the order of its words."""
    keys = [
        _style(key)
        if isinstance(key, Line2D)
        else f" {_fill(key)}"
        if isinstance(key, Patch)
        else _paint(key)
        for key in legend.legend_handles
        if isinstance(key, Line2D | Patch | Collection)
    ]
    return f" for{','.join(keys)}" if keys else ""


def _fill(patch: Patch) -> str:
    """Describe how a patch is filled, and of one that is hollow or framed, how it is drawn."""
    face, edge = map(to_rgba, (patch.get_facecolor(), patch.get_edgecolor()))
    color = to_hex(face) if face[3] else f"hollow {to_hex(edge)}"
    if face[3] and edge[3] and edge != face and patch.get_linewidth():
        color += f" framed {to_hex(edge)}"
    return f"{color}{patch.get_hatch() or ''}{_alpha(patch)}"


def _course(line: AxLine, ax: Axes) -> str:
    """Say through which points a line goes, or how steeply; matplotlib draws it through all of the axes."""
    places = filter(None, (line.get_xy1(), line.get_xy2()))
    slope = line.get_slope()
    steepness = "" if slope is None else f" with slope {_number(slope)}"
    through = " and ".join(_place(place, ax) for place in places)
    return f"through {through}{steepness}"


def _arrow(note: Annotation, arrow: FancyArrowPatch, ax: Axes) -> str:
    """Describe an arrow by its head, its colour, its text and its ends; a swap of the ends shows."""
    head = type(arrow.get_arrowstyle()).__name__
    text = f" {note.get_text()!r}" if note.get_text() else ""
    color = to_hex(arrow.get_edgecolor())
    ends = f"from {_place(note.xyann, ax)} to {_place(note.xy, ax)}"
    return f"arrow {head} {color}{text}: {ends}"


def _where(text: Text, ax: Axes) -> str:
    """Say where a text is; if it belongs to another place, what that is, and where it was moved."""
    position = getattr(text, "get_position_3d", text.get_position)
    place = getattr(text, "xy", position())
    moved = getattr(text, "xyann", place)
    if np.array_equal(moved, place):
        return _place(place, ax)
    # Otherwise, it is a distance, in points for instance.
    how = "to" if getattr(text, "anncoords", "") == "data" else "by"
    return f"{_place(place, ax)} moved {how} {_place(moved, ax)}"


def _place(place: Iterable[object], ax: Axes) -> str:
    """Format a place; it may have names or dates in the place of numbers, as the axes have."""
    return ", ".join(
        _number(axis.convert_units(value), axis)
        for value, (_, axis) in zip(place, _named(ax), strict=False)
    )


def _shows(artist: Artist) -> bool:
    """Tell whether a reader can see an artist."""
    return artist.get_visible() and bool(np.any(artist.get_alpha() != 0))


def _words(artist: Artist) -> str:
    words = [text.get_text() for text in artist.findobj(Text)]
    return ", ".join(repr(word) for word in words if word)


def _contours(contours: ContourSet, ax: Axes) -> str:
    boxes = [
        path.get_extents().get_points()
        for path in contours.get_paths()
        if np.size(path.vertices)
    ]
    if not boxes:
        return "no contours"
    # Where each level begins and ends.
    places = _points(np.concatenate(boxes), ax)
    levels = ", ".join(map(_number, contours.levels))
    colors: Any = []
    if contours.colors:
        paint = "face" if contours.filled else "edge"
        colors = getattr(contours, f"get_{paint}color")()
    painted = f" {', '.join(map(to_hex, colors))}" if len(colors) else ""
    return f"contours at {levels}{painted}: {places}"


def _collection(collection: Collection, ax: Axes) -> str:
    style = _paint(collection)
    offsets: np.ndarray = np.ma.asarray(collection.get_offsets())
    if isinstance(collection, PathCollection | Quiver):
        kind, places = "points", _points(offsets, ax)
    else:
        paths = [path.vertices for path in collection.get_paths()]
        corners = np.concatenate([np.empty((0, 2)), *paths])
        kind, places = type(collection).__name__, _points(corners, ax)
        if len(offsets) > 1:
            places += f"; offsets: {_points(offsets, ax)}"
    return f"{kind}{_name(collection)}{style}: {places}{_parts(collection)}"


def _paint(collection: Collection) -> str:
    """Describe the first colour of a collection, its hatch and how clear it is."""
    # Lines and hollow points have no face colour: use that of the edge.
    colors: Any = [*collection.get_facecolor(), *collection.get_edgecolor()]
    color = to_hex(colors[0]) if colors else "none"
    return f" {color}{collection.get_hatch() or ''}{_alpha(collection)}"


def _parts(collection: Collection) -> str:
    """Sum up the values that a collection shows, and what differs between its parts."""
    values = collection.get_array()
    styles: Any = collection.get_linestyle()
    looks: dict[str, ArrayLike] = {
        "sizes": getattr(collection, "get_sizes", list)(),
        # An `EventCollection` returns one number.
        "widths": np.atleast_1d(collection.get_linewidth()),
        "dashes": [sum(marks or []) for _, marks in styles],
    }
    if values is None:
        looks["fill"] = collection.get_facecolor()
        looks["edges"] = collection.get_edgecolor()
    parts = {
        "values": values,
        "U": getattr(collection, "U", None),
        "V": getattr(collection, "V", None),
        "angles": _numbers(getattr(collection, "angles", None)),
        **{name: rows for name, rows in looks.items() if _differ(rows)},
    }
    return "".join(
        f"; {name} {_summary(part)}"
        for name, part in parts.items()
        if part is not None
    )


def _numbers(values: object) -> Any:
    """Return numbers; of a word such as "uv", None."""
    return None if isinstance(values, str) else values


def _differ(rows: ArrayLike) -> bool:
    rows = np.asarray(rows)
    return bool(np.any(rows[1:] != rows[:1]))


def _name(artist: Line2D | Collection) -> str:
    """Return the label set by the page, or ""; automatic labels begin with an underscore."""
    label = str(artist.get_label())
    return "" if label.startswith("_") else f" {label!r}"


def _style(line: Line2D) -> str:
    dashes, marker = (
        "" if value == "None" else value
        for value in (line.get_linestyle(), str(line.get_marker()))
    )
    if not line.get_linewidth():
        dashes = ""
    steps = line.get_drawstyle().removeprefix("default")
    return f" {dashes}{marker}{steps} {to_hex(line.get_color())}{_alpha(line)}"


def _alpha(artist: Artist) -> str:
    alpha = artist.get_alpha()
    if alpha is None:
        return ""
    # Each point of a cloud and each pixel of an image may have its own.
    return f" alpha {_summary(alpha)}" if np.ndim(alpha) else f" {alpha:.0%}"


def _points(points: ArrayLike, ax: Axes) -> str:
    pairs: np.ndarray = np.ma.asarray(points, float).reshape(-1, 2)
    x, y = pairs.T
    if not len(x):
        return "no points"
    sums = f"x {_summary(x, ax.xaxis)}; y {_summary(y, ax.yaxis)}"
    return f"{len(x)} points, {sums}"


def _summary(values: ArrayLike, axis: Axis | None = None) -> str:
    """Return range, mean and tilt, the mean of value × position², which depends on the order.

    It does so for symmetric values, too: cos(x) and cos(2x) over a period have the same mean of value × position.
    What is masked or not finite is only counted; matplotlib does not draw it.
    """
    values = np.ma.asarray(values, float).filled(np.nan).ravel()
    drawn = np.isfinite(values)
    places = np.linspace(0, 1, len(values))[drawn] ** 2
    missing = "" if drawn.all() else f", {np.sum(~drawn)} missing"
    values = values[drawn]
    if not len(values):
        return missing.removeprefix(", ")
    numbers: tuple[Any, ...] = (
        np.min(values),
        np.max(values),
        np.mean(values),
        np.mean(values * places),
    )
    # Of numbers that lie close to each other, more digits tell them apart.
    reach: Any = np.ptp(values)
    times = np.max(np.abs(values)) / reach if reach else 1
    # Beyond, they differ by rounding, which depends on the machine.
    more = int(np.clip(np.log10(times), 0, 2)) if times < 1e5 else 0
    low, high, mean, tilt = (_number(each, axis, more) for each in numbers)
    return f"{low} to {high}, mean {mean}, tilt {tilt}{missing}"


def _number(
    value: SupportsFloat, axis: Axis | None = None, more: int = 0
) -> str:
    """Format a number with four significant digits, or more; anything below 1e-6 is written as 0.

    Rounding turns an exact zero into such a number on some machines. On an axis of dates, a number
    counts days since 1970: eight digits are minutes.
    """
    digits = 8 if axis and axis.have_units() else 4 + more
    return f"{0.0 if abs(float(value)) < 1e-6 else value:.{digits}g}"
