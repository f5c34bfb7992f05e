"""What one step of gradient descent promises, and what it keeps."""

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial._checks import finite_number, finite_tensor, same_shape
from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    DARK_ORANGE,
    ORANGE,
    add_arrow,
    in_style,
    labelled_axes,
    legend_above,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import Model


@in_style
def plot_step(
    model: Model,
    x: tf.Tensor,
    y: tf.Tensor,
    learning_rate: float,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss after one step over the learning rate, with the tangent at the start.

    At `learning_rate`, arrows show how far the tangent forecasts that the loss falls, how far it
    falls, and the gap between the two, which the curvature of the loss makes.

    Args:
        model: The model to start from; in the end it is as it was.
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.

    Example:
        >>> from linear_tutorial import LinearModel
        >>> axes = plot_step(LinearModel(w=0.0), [1.0], [2.0], learning_rate=0.125)
        >>> [text.get_text() for text in axes.texts if text.get_text()]
        ['forecast 4', 'fall 3', 'gap 1']
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    learning_rate = finite_number("learning_rate", learning_rate, above=0)
    start_w, start_b = model.w.numpy(), model.b.numpy()
    with tf.GradientTape() as tape:
        loss = mean_squared_error(y, model(x))
    dw, db = map(float, tape.gradient(loss, [model.w, model.b]))
    start, slope = float(loss), -(dw**2 + db**2)

    def loss_after(rate: float) -> float:
        model.w.assign(start_w - rate * dw)
        model.b.assign(start_b - rate * db)
        return float(mean_squared_error(y, model(x)))

    rates = np.linspace(0, 1.6 * learning_rate, 33)
    try:
        losses = [loss_after(rate) for rate in rates]
        there = loss_after(learning_rate)
    finally:
        model.w.assign(start_w)
        model.b.assign(start_b)
    forecast = start + slope * learning_rate

    ax = labelled_axes(ax, "learning rate", "loss", figsize=(4.8, 4.2))
    ax.plot(rates, losses, color=BLUE, label="loss")
    ax.plot(
        rates,
        start + slope * rates,
        color=ORANGE,
        linestyle="--",
        label="tangent",
    )
    ax.hlines(
        [start, forecast],
        0,
        learning_rate,
        color=DARK_GREY,
        linewidth=1,
        linestyle=":",
    )
    add_arrow(ax, (0, start), (0, forecast), ORANGE)
    add_arrow(ax, (learning_rate, start), (learning_rate, there), BLUE)
    gap = [there, forecast]
    ax.plot([learning_rate] * 2, gap, color=DARK_GREY, linewidth=4)
    for text, place, color in (
        (
            f"forecast {start - forecast:.3g}",
            (0, forecast + 0.2 * (start - forecast)),
            DARK_ORANGE,
        ),
        (
            f"fall {start - there:.3g}",
            (learning_rate, start - 0.3 * (start - there)),
            BLUE,
        ),
    ):
        ax.annotate(
            text, place, (8, 0), textcoords="offset points", color=color
        )
    ax.annotate(
        f"gap {there - forecast:.3g}",
        (learning_rate, np.mean(gap)),
        (1.2 * learning_rate, start - 0.7 * (start - there)),
        color=DARK_GREY,
        arrowprops={"arrowstyle": "-", "color": DARK_GREY},
    )
    legend_above(ax)
    return ax
