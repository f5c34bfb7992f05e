"""The tutorial's figures: one function for each, all in one style.

Every function draws on the `ax` that it is given, or on a new figure, and returns the axes.
"""

from collections.abc import Sequence

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from linear_tutorial.data import TRUE_B, TRUE_W, true_line
from linear_tutorial.models import KerasLinearModel, LinearModel
from linear_tutorial.training import History

# From the palette of Okabe and Ito, which colour-blind readers can tell apart.
_DATA, _MODEL, _TRUTH = "#0072B2", "#D55E00", "0.25"

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
    w = np.linspace(
        min(*history.w, TRUE_W) - 1, max(*history.w, TRUE_W) + 1, 81
    )
    b = np.linspace(
        min(*history.b, TRUE_B) - 1, max(*history.b, TRUE_B) + 1, 81
    )
    predictions = w[None, :, None] * np.asarray(x) + b[:, None, None]
    losses = np.square(np.asarray(y) - predictions).mean(axis=-1)
    levels = [1.5, 2, 3, 4, 6, 8, 11, 14]
    contours = ax.contour(
        w, b, losses, levels=levels, colors="0.6", linewidths=1
    )
    ax.clabel(contours, fontsize="small")
    ax.plot(history.w, history.b, color=_MODEL, marker="o")
    ax.plot(TRUE_W, TRUE_B, marker="*", color=_TRUTH, markersize=14)
    for text, point in (
        ("start", (history.w[0], history.b[0])),
        ("true W and b", (TRUE_W, TRUE_B)),
    ):
        ax.annotate(text, point, xytext=(8, 6), textcoords="offset points")
    ax.set_aspect("equal")
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


def _axes(ax: Axes | None, xlabel: str, ylabel: str) -> Axes:
    if ax is None:
        _, ax = plt.subplots()
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return ax


def _whole_epochs(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
