"""The card: what it promises beyond the outputs that it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from linear_tutorial import LinearModel, make_data, training_loop
from support.notebooks import code_cells, read_notebook


def test_its_own_step_in_fit_reports_the_loss_of_each_epoch(built_site: Path):
    names: dict[str, object] = {}
    for cell in code_cells(read_notebook(built_site, "en", "reference/card")):
        if "install" not in cell.source:
            exec(cell.source, names)
        if "class OwnStep" in cell.source:
            break
    reported = names["model"].history.history["loss"]
    losses = training_loop(LinearModel(), *make_data()).loss
    assert reported == pytest.approx(losses[:10], rel=1e-5)
