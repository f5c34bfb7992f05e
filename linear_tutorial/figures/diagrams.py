"""Diagrams of the training loop and of the tape, with the numbers of one model in them."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians, sin, tan
from typing import Any

import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial._checks import finite_number, finite_tensor, same_shape
from linear_tutorial.figures._boxes import (
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    add_box,
    drawing,
    show,
    write,
)
from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    DARK_ORANGE,
    ORANGE,
    add_arrow,
    in_style,
)
from linear_tutorial.loss import mean_squared_error
from linear_tutorial.models import Model


@in_style
def plot_loop(
    model: Model,
    x: tf.Tensor,
    y: tf.Tensor,
    learning_rate: float,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the four steps of the training loop as a circle, with the numbers of one update in them.

    The numbers are computed with a gradient tape; `model` is not changed.

    Args:
        model: The model before the update.
        x: Inputs, shape ``(N,)``, finite and not empty; converted to float32.
        y: Labels, of the same shape, finite; converted to float32.
        learning_rate: The factor by which each gradient is multiplied; greater than 0.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, without frame and ticks.

    Raises:
        ValueError: If an argument is not as described; the message names it and its value.

    Example:
        >>> from linear_tutorial import LinearModel
        >>> axes = plot_loop(LinearModel(w=0.0), [1.0], [2.0], learning_rate=0.25)
        >>> [text.get_text() for text in axes.texts if "=" in text.get_text()][2:]
        ['loss = 4.00', 'dL/dW = −4.00', 'dL/db = −4.00', 'W = 1.00', 'b = 1.00']
    """
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    same_shape("x", x, "y", y)
    learning_rate = finite_number("learning_rate", learning_rate, above=0)
    with tf.GradientTape() as tape:
        loss = mean_squared_error(y, model(x))
    dw, db = tape.gradient(loss, [model.w, model.b])
    new_w, new_b = model.w - learning_rate * dw, model.b - learning_rate * db

    ax = drawing(ax, width=4.8, height=4.2)
    steps = {
        "predict": [f"W = {show(model.w)}", f"b = {show(model.b)}"],
        "compare": [f"loss = {show(loss)}"],
        "differentiate": [f"dL/dW = {show(dw)}", f"dL/db = {show(db)}"],
        "update": [f"W = {show(new_w)}", f"b = {show(new_b)}"],
    }
    for k, (name, values) in enumerate(steps.items()):
        _add_step(ax, _on_circle(90 * k), f"{k + 1}", name, values)
        # From box to box: those above and below, wider than high, cover more of the circle.
        leaves, arrives = (38, 70) if k % 2 == 0 else (20, 52)
        bend = tan(radians(arrives - leaves) / 2) / 2
        add_arrow(
            ax,
            _on_circle(90 * k + leaves),
            _on_circle(90 * k + arrives),
            BLUE,
            connectionstyle=f"arc3,rad={-bend}",
        )
    for height, text in (0.12, "learning rate"), (-0.12, f"{learning_rate:g}"):
        write(ax, (0, height), text, color=DARK_GREY)
    return ax


@in_style
def plot_tape(
    model: Model, x: float, y: float, *, ax: Axes | None = None
) -> Axes:
    """Draw what a tape records for one example: values on the way down, derivatives on the way up.

    The loss is that of the example, its squared error. Each derivative stands as the product that the
    chain rule makes it: the derivative of one operation, times what comes from below.

    Args:
        model: The model that predicts; it is not changed.
        x: The input of the example, a finite number.
        y: The label of the example, a finite number.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, without frame and ticks.

    Raises:
        ValueError: If `x` or `y` is not a finite number.

    Example:
        >>> from linear_tutorial import LinearModel
        >>> axes = plot_tape(LinearModel(w=3.0, b=1.0), 2.0, 4.0)
        >>> [text.get_text() for text in axes.texts if "dL/d" in text.get_text()]
        ['dL/dW = 12.00', 'dL/db = 6.00']
    """
    x, y = finite_number("x", x), finite_number("y", y)
    with tf.GradientTape(persistent=True) as tape:
        scaled = x * model.w
        prediction = scaled + model.b
        error = prediction - y
        loss = tf.square(error)

    def derivative(start: Any) -> str:
        return show(tape.gradient(loss, start))

    def chain(start: Any, result: tf.Tensor) -> str:
        """Write the derivative by `start` as a product; one operation makes `result` of it."""
        return f"{show(tape.gradient(result, start))} · {derivative(result)}"

    ax = drawing(ax, width=4.8, height=5.3)
    rows = [2.3 - 1.15 * row for row in range(5)]
    for row, name, variable, result in (
        (rows[0], "W", model.w, scaled),
        (rows[1], "b", model.b, prediction),
    ):
        add_box(ax, (-1.8, row), 1.1, 0.46, PALE_ORANGE)
        write(ax, (-1.8, row), f"{name} = {show(variable)}")
        add_arrow(ax, (-1.25, row + 0.09), (-0.55, row + 0.09), BLUE)
        add_arrow(ax, (-0.55, row - 0.09), (-1.25, row - 0.09), ORANGE)
        for line, text in (
            (0.37, f"dL/d{name} = {derivative(variable)}"),
            (0.6, f"= {chain(variable, result)}"),
        ):
            write(ax, (-2.35, row - line), text, color=DARK_ORANGE, ha="left")
    for row, name, number in (rows[0], "x", x), (rows[2], "y", y):
        add_box(ax, (1.8, row), 1.1, 0.46, PALE_GREY)
        write(ax, (1.8, row), f"{name} = {show(number)}")
        add_arrow(ax, (1.25, row), (0.55, row), BLUE)
    for row, name in zip(
        rows, ["x · W", "+ b", "− y", "square", "loss"], strict=True
    ):
        add_box(ax, (0, row), 1.1, 0.46, PALE_BLUE)
        write(ax, (0, row), name, weight="bold")
    results = [scaled, prediction, error, loss]
    backwards = [
        *(f"{chain(a, b)} = {derivative(a)}" for a, b in pairwise(results)),
        derivative(loss),
    ]
    for row, result, back in zip(rows[:-1], results, backwards, strict=True):
        add_arrow(ax, (-0.12, row - 0.23), (-0.12, row - 0.92), BLUE)
        add_arrow(ax, (0.12, row - 0.92), (0.12, row - 0.23), ORANGE)
        write(ax, (-0.22, row - 0.575), show(result), color=BLUE, ha="right")
        write(ax, (0.22, row - 0.575), back, color=DARK_ORANGE, ha="left")
    write(ax, (-0.75, rows[4]), "values ↓", color=BLUE, ha="right")
    write(ax, (0.75, rows[4]), "↑ derivatives", color=DARK_ORANGE, ha="left")
    return ax


def _on_circle(degrees: float) -> tuple[float, float]:
    """Return the point of the loop's circle at an angle, clockwise from the top."""
    return 1.55 * sin(radians(degrees)), 1.55 * cos(radians(degrees))


def _add_step(
    ax: Axes,
    center: tuple[float, float],
    number: str,
    name: str,
    values: Sequence[str],
) -> None:
    """Draw a step of the loop: its number and name, with the values that it makes below."""
    x, y = center
    add_box(ax, center, 1.66, 0.88, PALE_BLUE)
    top = y + 0.12 * len(values)
    write(ax, (x - 0.74, top), number, color=BLUE, weight="bold", ha="left")
    for line, text in enumerate([name, *values]):
        write(
            ax,
            (x - 0.54, top - 0.24 * line),
            text,
            ha="left",
            weight="normal" if line else "bold",
        )
