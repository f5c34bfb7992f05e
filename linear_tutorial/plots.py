"""The tutorial's figures: one function for each, all in one style.

Every function draws on the `ax` that it is given, or on a new figure, and returns the axes.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, cycle, pairwise
from math import ceil, floor, log10
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from linear_tutorial.data import TRUE_B, TRUE_W, true_line
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.training import History

# From the palette of Okabe and Ito, which colour-blind readers can tell apart.
_DATA, _MODEL, _TRUTH = "#0072B2", "#D55E00", "0.25"
_SHARDS = ((_DATA, "o"), (_MODEL, "s"), ("#009E73", "^"), ("#CC79A7", "D"))

# For several runs in one figure; they differ in more than their colours.
_STYLES: list[dict[str, Any]] = [
    {
        "color": color,
        "linestyle": linestyle,
        "marker": marker,
        "linewidth": 1.4,
        "markersize": 4,
    }
    for color, linestyle, marker in (
        (_MODEL, "-", "o"),
        (_DATA, "--", "s"),
        ("#009E73", ":", "^"),
        ("#CC79A7", "-.", "D"),
    )
]

# Loaded now, because a style context undoes what a backend sets while it is loaded within: in a
# notebook, only the first figure would be shown.
plt.switch_backend(matplotlib.get_backend())
_in_style = plt.style.context("linear_tutorial.figures")


@_in_style
def data(x: tf.Tensor, y: tf.Tensor, *, ax: Axes | None = None) -> Axes:
    """Draw the training data as points.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data
        >>> axes = data(*make_data(5))
        >>> len(axes.collections[0].get_offsets())
        5
    """
    ax = _axes(ax, "x", "y")
    ax.scatter(x, y, s=14, alpha=0.6, color=_DATA, label="data")
    return ax


@_in_style
def ratios(times: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Draw times as multiples of the shortest one, on a logarithmic axis.

    Args:
        times: Seconds per step by the name of what took them; the first is drawn at the top.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with each time beside its dot.

    Example:
        >>> axes = ratios({"slow": 0.0075, "fast": 0.0005})
        >>> [(text.get_text(), text.xy) for text in axes.texts]
        [('7.5 ms', (15.0, 0)), ('500 µs', (1.0, 1))]
    """
    ax = _axes(ax, "time per step (fastest = 1)", "way")
    shortest = min(times.values())
    for place, seconds in enumerate(times.values()):
        ratio = seconds / shortest
        ax.plot(
            [1, ratio], [place, place], color=_DATA, marker="o", markevery=[1]
        )
        ax.annotate(
            EngFormatter("s")(float(f"{seconds:.2g}")),
            (ratio, place),
            xytext=(8, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize="small",
            in_layout=False,
        )
    ax.set_yticks(range(len(times)), labels=list(times))
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(EngFormatter(sep=""))
    # Room for the time beside the longest line; and it ends far from any label, so that the size of
    # a cropped drawing is the same for all times.
    longest = max(times.values()) / shortest
    ax.set_xlim(0.7, 10 ** (round(log10(10 * longest)) + 0.5))
    ax.grid(visible=False, axis="y")
    ax.invert_yaxis()
    return ax


@_in_style
def fit(
    x: tf.Tensor,
    y: tf.Tensor,
    model: LinearModel | KerasLinearModel,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the data, the true line and the line that a model predicts.

    Args:
        x: Inputs in ascending order, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        model: The model to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data
        >>> axes = fit(*make_data(5), LinearModel())
        >>> [line.get_label() for line in axes.lines]
        ['true line', 'prediction']
    """
    ax = data(x, y, ax=ax)
    ax.plot(x, true_line(x), color=_TRUTH, linestyle="--", label="true line")
    ax.plot(x, model(x), color=_MODEL, label="prediction")
    ax.legend()
    return ax


@_in_style
def progress(
    x: tf.Tensor, y: tf.Tensor, history: History, *, ax: Axes | None = None
) -> Axes:
    """Draw the data and the line after every epoch, from pale (the start) to dark (the end).

    Args:
        x: Inputs in ascending order, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data, training_loop
        >>> x, y = make_data(5)
        >>> len(progress(x, y, training_loop(LinearModel(), x, y, epochs=3)).lines)
        4
    """
    ax = data(x, y, ax=ax)
    last = len(history.loss) - 1
    for k, (w, b) in enumerate(zip(history.w, history.b, strict=True)):
        label = {0: "start", last: f"after {last} epochs"}.get(k)
        ax.plot(
            x,
            LinearModel(w, b)(x),
            color=_MODEL,
            alpha=0.25 + 0.75 * k / max(last, 1),
            label=label,
        )
    ax.legend()
    return ax


@_in_style
def parameters(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw W and b over the epochs, with their true values as dashed lines.

    Args:
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> [line.get_label() for line in parameters(History([5.0], [0.0], [10.4])).lines]
        ['W', 'true W', 'b', 'true b']
    """
    ax = _axes(ax, "epoch", "value")
    for name, values, truth, color, marker in (
        ("W", history.w, TRUE_W, _DATA, "o"),
        ("b", history.b, TRUE_B, _MODEL, "s"),
    ):
        ax.plot(values, color=color, marker=marker, label=name)
        ax.axhline(truth, color=color, linestyle="--", label=f"true {name}")
    _whole_epochs(ax)
    ax.legend(ncols=2)
    return ax


@_in_style
def loss(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw the loss over the epochs.

    Args:
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, from loss 0 upwards.

    Example:
        >>> loss(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4])).get_ylabel()
        'loss'
    """
    ax = _axes(ax, "epoch", "loss")
    ax.plot(history.loss, color=_DATA, marker="o")
    ax.set_ylim(bottom=0)
    _whole_epochs(ax)
    return ax


@_in_style
def loss_surface(
    x: tf.Tensor, y: tf.Tensor, history: History, *, ax: Axes | None = None
) -> Axes:
    """Draw the path of (W, b) over the contours of the loss.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W to the right and b upwards, in equal units.

    Example:
        >>> from linear_tutorial import make_data, training_loop
        >>> x, y = make_data(5)
        >>> axes = loss_surface(x, y, training_loop(LinearModel(), x, y))
        >>> axes.get_xlabel(), axes.get_ylabel()
        ('W', 'b')
    """
    ax = _axes(ax, "W", "b")
    _contours(ax, x, y, [history])
    ax.plot(history.w, history.b, color=_MODEL, marker="o")
    ax.plot(TRUE_W, TRUE_B, marker="*", color=_TRUTH, markersize=14)
    for text, point in (
        ("start", (history.w[0], history.b[0])),
        ("true W and b", (TRUE_W, TRUE_B)),
    ):
        ax.annotate(text, point, xytext=(8, 6), textcoords="offset points")
    return ax


@_in_style
def shifted_losses(
    history: History, fit_losses: Sequence[float], *, ax: Axes | None = None
) -> Axes:
    """Draw the losses of the hand-written loop and of Keras's `fit` on one axis of updates.

    `fit` reports its epoch `k` with the loss *before* update `k`, which is the loop's state after
    `k - 1` updates; drawn over the updates made, the two sequences coincide.

    Args:
        history: The run of the hand-written loop.
        fit_losses: The losses that `fit` reported, epoch 1 first.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = shifted_losses(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4]), [10.4])
        >>> [len(line.get_xdata()) for line in axes.lines]
        [2, 1]
    """
    ax = _axes(ax, "updates made", "loss")
    ax.plot(history.loss, color=_DATA, marker="o", label="training_loop")
    ax.plot(
        fit_losses,
        color=_MODEL,
        linestyle="none",
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgewidth=1.5,
        label="fit",
    )
    for epoch, value in enumerate(fit_losses, start=1):
        ax.annotate(
            f"{epoch}",
            (epoch - 1, value),
            xytext=(9, 7),
            textcoords="offset points",
            color=_MODEL,
            fontsize="small",
        )
    ax.set_ylim(bottom=0)
    _whole_epochs(ax)
    ax.legend()
    return ax


@_in_style
def replay(
    history: History,
    recorded_w: Sequence[float],
    recorded_b: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw W and b of a replayed run, with open marks for what was printed of the recorded one.

    Args:
        history: The replayed run.
        recorded_w: W after each epoch of the recorded run, epoch 1 first.
        recorded_b: b, likewise.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = replay(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4]), [4.5], [0.4])
        >>> [line.get_label() for line in axes.lines]
        ['W, replayed', 'W, recorded', 'b, replayed', 'b, recorded']
    """
    ax = _axes(ax, "epoch", "value")
    for name, values, recorded, color, marker in (
        ("W", history.w, recorded_w, _DATA, "o"),
        ("b", history.b, recorded_b, _MODEL, "s"),
    ):
        ax.plot(values, color=color, label=f"{name}, replayed")
        ax.plot(
            range(1, len(recorded) + 1),
            recorded,
            color=color,
            linestyle="none",
            marker=marker,
            markersize=9,
            markerfacecolor="none",
            label=f"{name}, recorded",
        )
    _whole_epochs(ax)
    ax.legend(ncols=2)
    return ax


@_in_style
def shards(
    x: tf.Tensor, y: tf.Tensor, sizes: Sequence[int], *, ax: Axes | None = None
) -> Axes:
    """Draw the training data, with a colour and a marker for each shard.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        sizes: The number of examples in each shard, at most four; N in all.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import make_data
        >>> [len(shard.get_offsets()) for shard in shards(*make_data(5), [3, 2]).collections]
        [3, 2]
    """
    ax = _axes(ax, "x", "y")
    ends = np.cumsum(sizes)
    for replica, end in enumerate(ends):
        color, marker = _SHARDS[replica]
        ax.scatter(
            x[end - sizes[replica] : end],
            y[end - sizes[replica] : end],
            s=14,
            alpha=0.6,
            color=color,
            marker=marker,
            label=f"replica {replica}: {sizes[replica]} points",
        )
    ax.legend()
    return ax


@_in_style
def added_steps(
    start: tuple[float, float],
    steps: Sequence[tuple[float, float]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the steps that replicas ask for add up to one.

    Args:
        start: W and b before the update.
        steps: What the share of each replica, four at most, adds to W and b.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W to the right and b upwards.

    Example:
        >>> axes = added_steps((5.0, 0.0), [(-0.4, 0.3), (-0.1, 0.1)])
        >>> [line.get_label() for line in axes.lines]
        ['whole step', 'share of replica 0', 'share of replica 1']
    """
    ax = _axes(ax, "W", "b")
    points = np.cumsum([start, *steps], axis=0)
    ax.plot(
        *points[[0, -1]].T, color=_TRUTH, linestyle="--", label="whole step"
    )
    for replica, (here, there) in enumerate(pairwise(points)):
        color, marker = _SHARDS[replica]
        ax.plot(
            *np.transpose([here, there]),
            color=color,
            marker=marker,
            label=f"share of replica {replica}",
        )
    ax.annotate("start", start, xytext=(-4, 10), textcoords="offset points")
    ax.legend()
    return ax


@_in_style
def paths(
    x: tf.Tensor,
    y: tf.Tensor,
    histories: Mapping[str, History],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the paths of several runs over the contours of the loss.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        histories: The training runs to show, each under its name.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W to the right and b upwards, in equal units.

    Example:
        >>> from linear_tutorial import make_data, training_loop
        >>> x, y = make_data(5)
        >>> axes = paths(x, y, {"a run": training_loop(LinearModel(), x, y)})
        >>> [line.get_label() for line in axes.lines]
        ['true W and b', 'a run']
    """
    ax = _axes(ax, "W", "b", figsize=(5.8, 5.4))
    _contours(ax, x, y, histories.values())
    # First, so that the paths are not hidden under it.
    ax.plot(
        TRUE_W,
        TRUE_B,
        marker="*",
        color="0.5",
        markersize=18,
        linestyle="none",
        label="true W and b",
    )
    for (name, history), style in zip(
        histories.items(), cycle(_STYLES), strict=False
    ):
        ax.plot(history.w, history.b, label=name, **style)
    _legend_above(ax)
    return ax


@_in_style
def losses(histories: Mapping[str, History], *, ax: Axes | None = None) -> Axes:
    """Draw the losses of several runs over the epochs.

    Args:
        histories: The training runs to show, each under its name.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, from loss 0 upwards.

    Example:
        >>> run = History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4])
        >>> [line.get_label() for line in losses({"a run": run}).lines]
        ['a run']
    """
    ax = _axes(ax, "epoch", "loss")
    for (name, history), style in zip(
        histories.items(), cycle(_STYLES), strict=False
    ):
        ax.plot(history.loss, label=name, **style)
    ax.set_ylim(bottom=0)
    _whole_epochs(ax)
    _legend_above(ax)
    return ax


def _contours(
    ax: Axes, x: tf.Tensor, y: tf.Tensor, histories: Iterable[History]
) -> None:
    """Draw the contours of the loss around the paths of all histories, and around the true values."""
    all_w = [TRUE_W, *chain(*(history.w for history in histories))]
    all_b = [TRUE_B, *chain(*(history.b for history in histories))]
    # In whole numbers, so that a path's last digits do not move the contours' labels.
    w = np.linspace(floor(min(all_w)) - 1, ceil(max(all_w)) + 1, 81)
    b = np.linspace(floor(min(all_b)) - 1, ceil(max(all_b)) + 1, 81)
    predictions = w[None, :, None] * np.asarray(x) + b[:, None, None]
    losses = np.square(np.asarray(y) - predictions).mean(axis=-1)
    levels = [1.5, 2, 3, 4, 6, 8, 11, 14]
    contours = ax.contour(
        w, b, losses, levels=levels, colors="0.6", linewidths=1
    )
    ax.clabel(contours, fontsize="small")
    ax.set_aspect("equal")


def _legend_above(ax: Axes) -> None:
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)


@_in_style
def resumed(
    never_stopped: Sequence[float],
    all_restored: Sequence[float],
    weights_restored: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw W over the updates, of a run that was never stopped and of two that went on from its middle.

    Args:
        never_stopped: W after 0, 1, 2, ... updates.
        all_restored: W from where that run was stopped, when everything was restored.
        weights_restored: Likewise, when only the weights were.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = resumed([5.0, 4.0, 3.0], [4.0, 3.0], [4.0, 3.5])
        >>> axes.lines[-1].get_xdata().tolist()
        [1, 2]
    """
    ax = _axes(ax, "updates made", "W")
    ax.plot(never_stopped, color=_TRUTH, label="never stopped")
    rest = np.arange(len(never_stopped))[-len(all_restored) :]
    ax.plot(
        rest,
        all_restored,
        color=_DATA,
        linestyle="none",
        marker="o",
        label="everything restored",
    )
    ax.plot(
        rest,
        weights_restored,
        color=_MODEL,
        linestyle="--",
        label="only the weights restored",
    )
    _whole_epochs(ax)
    ax.legend()
    return ax


def _axes(ax: Axes | None, xlabel: str, ylabel: str, **figure: Any) -> Axes:
    if ax is None:
        _, ax = plt.subplots(**figure)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


def _whole_epochs(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
