"""The card: what it promises beyond the outputs that it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from linear_tutorial import (
    KerasLinearModel,
    LinearModel,
    make_data,
    training_loop,
)
from support.notebooks import code_cells, read_notebook


def run_up_to_own_step(built_site: Path) -> dict[str, Any]:
    """Run the cells of the card up to its own step, and return what they have defined."""
    names: dict[str, Any] = {}
    for cell in code_cells(read_notebook(built_site, "en", "reference/card")):
        if "install" not in cell.source:
            exec(cell.source, names)
        if "class OwnStep" in cell.source:
            break
    return names


def test_its_own_step_in_fit_reports_the_loss_of_each_epoch(built_site: Path):
    names = run_up_to_own_step(built_site)
    reported = names["model"].history.history["loss"]
    losses = training_loop(LinearModel(), *make_data()).loss
    assert reported == pytest.approx(losses[:10], rel=1e-5)


def test_its_own_step_in_fit_reports_the_mean_over_batches_of_any_size(
    built_site: Path,
):
    own_step = run_up_to_own_step(built_site)["OwnStep"]
    reported = []
    for model in own_step(), KerasLinearModel():
        model.compile(keras.optimizers.SGD(0.1), loss="mse")
        # The last batch has a single example.
        fitted = model.fit(
            *make_data(), batch_size=40, epochs=3, shuffle=False, verbose=0
        )
        reported.append(fitted.history["loss"])
    assert reported[0] == pytest.approx(reported[1], rel=1e-5)


def test_its_own_step_in_fit_trains_with_an_optimizer_that_scales_the_loss(
    built_site: Path,
):
    own_step = run_up_to_own_step(built_site)["OwnStep"]
    x, y = make_data()
    model = own_step()
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    model.compile(optimizer, loss="mse")
    fitted = model.fit(x, y, batch_size=len(x), epochs=10, verbose=0)
    expected = training_loop(LinearModel(), x, y)
    assert fitted.history["loss"] == pytest.approx(expected.loss[:10], rel=1e-5)
    assert float(model.w) == pytest.approx(expected.w[10], rel=1e-5)
