"""The explorable on the page about the training loop, against the package that it imitates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator

from linear_tutorial import (
    LinearModel,
    TrainingDivergedError,
    make_data,
    training_loop,
)
from support.windows import open_window

PAGE = "en/tutorial/training_loop.html"


@pytest.fixture
def explorable(browser: Browser, built_site: Path) -> Iterator[Locator]:
    """Open the page from disk on a touch screen of a phone's width."""
    viewport = {"width": 390, "height": 844}
    with open_window(browser, viewport=viewport, has_touch=True) as page:
        page.goto((built_site / PAGE).as_uri())
        box = page.locator(".explorable")
        box.locator(".plane").scroll_into_view_if_needed()
        yield box


def choose(box: Locator, *, rate: float) -> None:
    slider = box.get_by_role("slider", name="Learning rate")
    slider.evaluate(
        "(slider, rate) => { slider.value = rate; slider.dispatchEvent(new Event('input')); }",
        rate,
    )


def walk(box: Locator, steps: int) -> list[dict[str, float]]:
    button = box.get_by_role("button", name="One step")
    button.evaluate(
        "(button, steps) => { while (steps--) button.click(); }", steps
    )
    history: list[dict[str, float]] = box.evaluate("box => box.history")
    return history


@pytest.mark.parametrize(
    ("moves", "rate"),
    [
        ([], 0.1),
        (["ArrowLeft"] * 9, 0.02),
        (["ArrowUp"] * 8 + ["ArrowRight"] * 3, 0.5),
        (["ArrowDown"] * 2, 0.74),
        ([], 1.0),
    ],
    ids=["as on the page", "slow", "fast", "at the edge", "diverging"],
)
def test_it_computes_what_the_package_computes(
    explorable: Locator, moves: list[str], rate: float
):
    choose(explorable, rate=rate)
    start = explorable.get_by_role("slider", name=re.compile("Start"))
    for key in moves:
        start.press(key)
    ours = walk(explorable, 20)

    model = LinearModel(ours[0]["w"], ours[0]["b"])
    theirs = training_loop(model, *make_data(), epochs=20, learning_rate=rate)
    assert len(ours) == len(theirs.loss) == 21
    for name in "w", "b", "loss":
        np.testing.assert_allclose(
            [state[name] for state in ours],
            getattr(theirs, name),
            rtol=1e-5,
            # The rounding of what grows shows in what does not.
            atol=1e-6 * np.abs(theirs.w).max(),
            err_msg=name,
        )


def test_it_stops_where_the_package_gives_up(explorable: Locator):
    choose(explorable, rate=1.1)
    ours = walk(explorable, 100)
    with pytest.raises(TrainingDivergedError) as error:
        training_loop(
            LinearModel(), *make_data(), epochs=100, learning_rate=1.1
        )
    assert len(ours) - 1 == pytest.approx(error.value.epoch, abs=1)
    assert "no longer finite" in explorable.locator("output").inner_text()


def test_it_says_what_the_page_printed(explorable: Locator):
    walk(explorable, 10)
    assert (
        explorable.locator("output").inner_text()
        == "epoch 10: W = 3.12, b = 1.82, loss=1.02268"
    )
    explorable.get_by_role("button", name="Back to the start").click()
    assert explorable.locator("output").inner_text().startswith("epoch 0: ")


def test_the_start_follows_the_pointer(explorable: Locator):
    page = explorable.page
    plane = explorable.locator(".plane").bounding_box()
    assert plane
    page.mouse.move(plane["x"] + 10, plane["y"] + 10)
    page.mouse.down()
    page.mouse.move(
        plane["x"] + plane["width"] / 2, plane["y"] + plane["height"] / 2
    )
    page.mouse.up()
    state = explorable.evaluate("box => box.history[0]")
    assert state["w"] == pytest.approx(3, abs=0.1)
    assert state["b"] == pytest.approx(2, abs=0.1)


def test_it_runs_and_stops(explorable: Locator):
    page = explorable.page
    # The page's timers obey the test from here on.
    page.clock.install()
    page.reload()
    explorable.get_by_role("button", name="Run").click()
    page.clock.run_for(1000)
    count = explorable.evaluate("box => box.history.length")
    assert count > 3
    explorable.get_by_role("button", name="Pause").click()
    count = explorable.evaluate("box => box.history.length")
    page.clock.run_for(1000)
    assert explorable.evaluate("box => box.history.length") == count


def test_paper_has_the_figure_instead(explorable: Locator):
    page = explorable.page
    assert explorable.is_visible()
    page.emulate_media(media="print")
    assert not explorable.is_visible()
    assert page.locator("#fig-loss-surface img").is_visible()


def test_without_scripts_nothing_is_missed(browser: Browser, built_site: Path):
    with open_window(browser, java_script_enabled=False) as page:
        page.goto((built_site / PAGE).as_uri())
        assert not page.locator(".explorable").is_visible()


def test_a_phone_on_its_side_has_room_to_scroll_past_it(
    browser: Browser, built_site: Path
):
    viewport = {"width": 844, "height": 390}
    with open_window(browser, viewport=viewport, has_touch=True) as page:
        page.goto((built_site / PAGE).as_uri())
        plane = page.locator(".explorable .plane").bounding_box()
        assert plane
        # A finger on the plane draws; the site's header covers the top of the window.
        header = page.locator(".bd-header-article").bounding_box()
        assert header
        assert plane["height"] + header["height"] < 0.9 * viewport["height"]
