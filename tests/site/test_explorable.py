"""The explorables, in a browser, against the package and against theory."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lxml.html
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from linear_tutorial import (
    TRUE_B,
    TRUE_W,
    LinearModel,
    TrainingDivergedError,
    make_data,
    report,
    training_loop,
    true_line,
)
from linear_tutorial.minibatches import SGD, Adam, Momentum, minibatch_loop
from support.pages import LANGUAGES
from support.windows import open_window

PAGES = {
    "training": "tutorial/training_loop",
    "data": "tutorial/data",
    "batches": "your_model/minibatches",
    "unseen": "your_model/unseen_points",
}

# What the page printed.
TEN_EPOCHS = """\
W = 5.00, b = 0.00, loss=10.36089
W = 4.47, b = 0.41, loss=6.42449
W = 4.08, b = 0.74, loss=4.16332
W = 3.80, b = 1.00, loss=2.85398
W = 3.59, b = 1.21, loss=2.08957
W = 3.44, b = 1.37, loss=1.63963
W = 3.33, b = 1.51, loss=1.37263
W = 3.25, b = 1.62, loss=1.21295
W = 3.19, b = 1.70, loss=1.11673
W = 3.15, b = 1.77, loss=1.05834
W = 3.12, b = 1.82, loss=1.02268"""

# Names of texts that stand outside of their chart or on another text, and of elements wider than the window.
OUT_OF_PLACE = """
    box => {
        const wrong = [];
        for (const chart of box.querySelectorAll(":scope > div > svg")) {
            const edges = chart.getBoundingClientRect();
            // Digits leave a part of their line empty above and below.
            const texts = [...chart.querySelectorAll("text")].map((text) => {
                const { left, right, top, bottom } = text.getBoundingClientRect();
                return [text.textContent, { left, right, top: top + 3, bottom: bottom - 3 }];
            });
            texts.forEach(([name, a], i) => {
                if (a.left < edges.left || a.right > edges.right ||
                    a.top < edges.top || a.bottom > edges.bottom) wrong.push(name);
                for (const [other, b] of texts.slice(0, i))
                    if (a.left < b.right && b.left < a.right &&
                        a.top < b.bottom && b.top < a.bottom) wrong.push(`${name} on ${other}`);
            });
        }
        for (const element of box.querySelectorAll("*:not(svg *)"))
            if (element.getBoundingClientRect().right > innerWidth ||
                element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
                wrong.push(element.outerHTML);
        return wrong;
    }
"""
CENTRE = """
    element => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return [(left + right) / 2, (top + bottom) / 2];
    }
"""

Open = Callable[..., Locator]


@pytest.fixture
def open_explorable(browser: Browser, built_site: Path) -> Iterator[Open]:
    """Return what opens an explorable from disk on a touch screen, of a phone's width by default."""

    def explorable(
        kind: str, language: str = "en", width: int = 390
    ) -> Locator:
        viewport = {"width": width, "height": 844}
        page = windows.enter_context(
            open_window(browser, viewport=viewport, has_touch=True)
        )
        page.goto((built_site / language / f"{PAGES[kind]}.html").as_uri())
        box = page.locator(".explorable")
        box.scroll_into_view_if_needed()
        return box

    with ExitStack() as windows:
        yield explorable


@pytest.fixture
def training(open_explorable: Open) -> Locator:
    """Open the training loop to play with."""
    return open_explorable("training")


@pytest.fixture
def data(open_explorable: Open) -> Locator:
    """Open the data to draw again."""
    return open_explorable("data")


@pytest.fixture
def batches(open_explorable: Open) -> Locator:
    """Open the batches and optimizers to play with."""
    return open_explorable("batches")


@pytest.fixture
def unseen(open_explorable: Open) -> Locator:
    """Open the points that were not seen."""
    return open_explorable("unseen")


def choose(box: Locator, name: str, value: float) -> None:
    slider = box.get_by_role("slider", name=name)
    slider.evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        value,
    )


def click(box: Locator, name: str, times: int = 1) -> list[str]:
    """Click a button so often; return the first line of what was said before and after each click."""
    button = box.get_by_role("button", name=name)
    said: list[str] = button.evaluate(
        """(button, times) => {
            const output = button.closest(".explorable").querySelector("output");
            const said = [output.textContent];
            while (times--) {
                button.click();
                said.push(output.textContent);
            }
            return said.map((text) => text.split("\\n")[0].replaceAll("\\u00a0", " "));
        }""",
        times,
    )
    return said


def said(box: Locator) -> str:
    return box.locator("output").inner_text().replace("\xa0", " ")


def state(box: Locator, name: str) -> Any:
    return box.evaluate("(box, name) => box[name]", name)


def centre(element: Locator) -> Any:
    return np.array(element.evaluate(CENTRE))


# -- All ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_cut_or_overlaps(
    open_explorable: Open, kind: str, language: str
):
    box = open_explorable(kind, language)
    for width in 1280, 768, 390, 320:
        box.page.set_viewport_size({"width": width, "height": 844})
        assert box.evaluate(OUT_OF_PLACE) == [], width


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_loads_the_scripts_of_its_explorable_alone(
    built_site: Path, kind: str
):
    def scripts(page: str) -> list[str]:
        html = lxml.html.parse(built_site / "en" / f"{page}.html")
        return re.findall(
            r"explorable[\w-]*\.js", " ".join(html.xpath("//script/@src"))
        )

    assert scripts(PAGES[kind]) == ["explorable.js", f"explorable-{kind}.js"]
    assert scripts("tutorial/model") == []


@pytest.mark.parametrize("kind", PAGES)
def test_paper_shows_it_without_its_controls(open_explorable: Open, kind: str):
    box = open_explorable(kind)
    controls = box.locator(".controls")
    assert controls.is_visible()
    box.page.emulate_media(media="print")
    assert box.locator(":scope > div > svg").first.is_visible()
    assert not controls.is_visible()


@pytest.mark.parametrize("kind", PAGES)
def test_without_scripts_nothing_is_missed(
    browser: Browser, built_site: Path, kind: str
):
    with open_window(browser, java_script_enabled=False) as page:
        page.goto((built_site / "en" / f"{PAGES[kind]}.html").as_uri())
        assert not page.locator(".explorable").is_visible()


@pytest.mark.parametrize("kind", PAGES)
def test_all_controls_are_reached_by_keyboard(open_explorable: Open, kind: str):
    box = open_explorable(kind)
    controls = box.locator("[tabindex], input, select, button")
    controls.first.focus()
    for control in controls.all():
        assert control.evaluate("element => element.matches(':focus')")
        expect(control).to_have_accessible_name(re.compile(r"[^\W\d]"))
        box.page.keyboard.press("Tab")


# -- The training loop ---------------------------------------------------------------------------


def test_it_says_what_the_page_printed(training: Locator):
    assert [
        line.split(": ")[1] for line in click(training, "One step", 10)
    ] == (TEN_EPOCHS.splitlines())
    click(training, "Back to the start")
    assert said(training) == (
        "epoch 0: W = 5.00, b = 0.00, loss=10.36089\n"
        "gradient: dL/dW = 5.3017, dL/db = -4.0881"
    )


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"},
    reason="TensorFlow adds up in another order on other processors",
)
@pytest.mark.parametrize(
    "moves",
    [
        [],
        ["ArrowLeft"] * 9 + ["ArrowUp"] * 3,
        ["ArrowUp"] * 12 + ["ArrowRight"] * 4,
        ["ArrowDown"] * 4 + ["ArrowLeft"] * 4,
    ],
    ids=["as on the page", "left", "corner", "below"],
)
def test_it_says_what_the_package_computes(training: Locator, moves: list[str]):
    start = training.get_by_role("slider", name=re.compile("Start"))
    for key in moves:
        start.press(key)
    (w, b) = (state(training, "history")[0][name] for name in "wb")
    for rate in 0.01, 0.1, 0.37, 0.74, 1.0:
        # Of large numbers, those that end in 5 are rounded otherwise in Python than in JavaScript.
        steps = 15 if rate == 1 else 40
        choose(training, "Learning rate", rate)
        lines = click(training, "One step", steps)
        theirs = training_loop(
            LinearModel(w, b), *make_data(), epochs=steps, learning_rate=rate
        )
        assert lines == [
            f"epoch {epoch}: {report(LinearModel(*place), loss)}"
            for epoch, (*place, loss) in enumerate(
                zip(theirs.w, theirs.b, theirs.loss, strict=True)
            )
        ]


def test_it_stops_where_the_package_gives_up(training: Locator):
    choose(training, "Learning rate", 1.1)
    click(training, "One step", 100)
    with pytest.raises(TrainingDivergedError) as error:
        training_loop(
            LinearModel(), *make_data(), epochs=100, learning_rate=1.1
        )
    assert len(state(training, "history")) - 1 == error.value.epoch
    assert "no longer finite" in said(training)
    assert training.evaluate(OUT_OF_PLACE) == []


def test_the_start_follows_the_pointer(training: Locator):
    page = training.page
    plane = training.locator(".plane").bounding_box()
    assert plane
    target = centre(training.locator(".plane .truth"))
    page.mouse.move(plane["x"] + 60, plane["y"] + 60)
    page.mouse.down()
    page.mouse.move(*target)
    page.mouse.up()
    start = state(training, "history")[0]
    assert start["w"] == pytest.approx(TRUE_W, abs=0.05)
    assert start["b"] == pytest.approx(TRUE_B, abs=0.05)


def test_the_star_stands_where_the_axes_say(training: Locator):
    star = centre(training.locator(".plane .truth"))
    numbers = training.locator(".plane .axes text")
    of_w = numbers.filter(has_text=re.compile(f"^{TRUE_W:g}$")).first
    of_b = numbers.filter(has_text=re.compile(f"^{TRUE_B:g}$")).last
    assert star[0] == pytest.approx(centre(of_w)[0], abs=2)
    assert star[1] == pytest.approx(centre(of_b)[1], abs=2)
    assert "true W and b: 3 and 2" in training.inner_text()


def test_the_arrow_points_to_where_the_next_step_goes(training: Locator):
    choose(training, "Learning rate", 0.3)
    arrow = training.locator(".plane .next").get_attribute("d")
    assert arrow
    target = [float(value) for value in re.findall(r"[\d.]+", arrow)[2:4]]
    click(training, "One step")
    path = training.locator(".plane .path").get_attribute("points")
    assert path
    reached = [float(value) for value in path.split()[-1].split(",")]
    assert reached == pytest.approx(target, abs=0.1)


def test_it_runs_and_stops(training: Locator):
    page = training.page
    # The page's timers obey the test from here on.
    page.clock.install()
    page.reload()
    training.get_by_role("button", name="Run").click()
    page.clock.run_for(1000)
    assert len(state(training, "history")) > 3
    training.get_by_role("button", name="Pause").click()
    count = len(state(training, "history"))
    page.clock.run_for(1000)
    assert len(state(training, "history")) == count
    training.get_by_role("button", name="Run").click()
    page.clock.run_for(20_000)
    assert len(state(training, "history")) == 101
    assert training.evaluate(OUT_OF_PLACE) == []


def test_paper_has_the_figure_of_the_surface(training: Locator):
    page = training.page
    page.emulate_media(media="print")
    assert page.locator("#fig-loss-surface img").is_visible()


def test_a_phone_on_its_side_has_room_to_scroll_past_it(
    browser: Browser, built_site: Path
):
    viewport = {"width": 844, "height": 390}
    with open_window(browser, viewport=viewport, has_touch=True) as page:
        page.goto((built_site / "en" / f"{PAGES['training']}.html").as_uri())
        plane = page.locator(".explorable .plane").bounding_box()
        assert plane
        # A finger on the plane draws; the site's header covers the top of the window.
        header = page.locator(".bd-header-article").bounding_box()
        assert header
        assert plane["height"] + header["height"] < 0.9 * viewport["height"]


# -- The data ------------------------------------------------------------------------------------

DRAWS = 401


@pytest.mark.parametrize(
    ("count", "noise"), [(5, 1.0), (20, 2.0), (100, 0.5), (500, 3.0)]
)
def test_the_best_line_scatters_as_theory_says(
    data: Locator, count: int, noise: float
):
    choose(data, "Number of points", count)
    choose(data, "Standard deviation of the noise", noise)
    click(data, "50 times", DRAWS // 50)
    draws = state(data, "draws")
    assert len(draws) == DRAWS
    w, b = (np.array([draw[name] for draw in draws]) for name in "wb")
    x = np.linspace(-2, 2, count)
    # Of a standard deviation over so many draws, the third decimal is luck.
    luck = 3 / np.sqrt(2 * DRAWS)
    for values, truth, deviation in (
        (w, TRUE_W, noise / np.sqrt(count * np.mean(x**2))),
        (b, TRUE_B, noise / np.sqrt(count)),
    ):
        assert np.std(values, ddof=1) == pytest.approx(deviation, rel=luck)
        assert abs(np.mean(values) - truth) < 3 * deviation / np.sqrt(DRAWS)
    spread = re.search(r"over all draws: ([\d.]+)$", said(data))
    assert spread
    assert float(spread[1]) == pytest.approx(np.std(w, ddof=1), abs=0.001)


def test_the_noise_is_gaussian(data: Locator):
    choose(data, "Number of points", 500)
    noise: list[float] = []
    for _ in range(20):
        click(data, "New noise")
        points = state(data, "points")
        noise += list(
            np.subtract(points["y"], true_line(np.array(points["x"])))
        )
    # Of so many numbers, within three standard deviations of what theory says.
    assert np.mean(noise) == pytest.approx(0, abs=0.03)
    assert np.std(noise) == pytest.approx(1, abs=0.022)
    for limit, share in ((1, 0.3173), (2, 0.0455), (3, 0.0027)):
        assert np.mean(np.abs(noise) > limit) == pytest.approx(
            share, abs=3 * np.sqrt(share / len(noise))
        )


def test_the_line_is_that_of_least_squares(data: Locator):
    click(data, "New noise", 3)
    points = state(data, "points")
    slope, intercept = np.polyfit(points["x"], points["y"], deg=1)
    assert said(data).startswith(
        f"draw 4: slope {slope:.2f}, intercept {intercept:.2f};"
    )


def test_the_lines_of_earlier_draws_stay_until_the_settings_change(
    data: Locator,
):
    assert said(data).startswith("draw 1: ")
    assert "standard deviation" not in said(data)
    first = data.locator("polyline.fit").get_attribute("points")
    click(data, "New noise", 7)
    earlier = data.locator("g.earlier polyline")
    assert earlier.count() == 7
    assert earlier.first.get_attribute("points") == first
    data.get_by_role("slider", name="Number of points").press("ArrowRight")
    assert earlier.count() == 0
    assert len(state(data, "points")["x"]) == 25
    assert said(data).startswith("draw 1: ")


def test_without_noise_the_best_line_is_the_true_one(data: Locator):
    choose(data, "Standard deviation of the noise", 0)
    click(data, "New noise")
    assert said(data) == (
        "draw 2: slope 3.00, intercept 2.00; "
        "standard deviation of the slope over all draws: 0.000"
    )


# -- Batches and optimizers ----------------------------------------------------------------------

SIZES = [1, 2, 4, 8, 16, 32, 64, 201]
RATES = [
    *[0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05],
    *[0.1, 0.2, 0.3, 0.5, 1, 2, 3],
]
OPTIMIZERS = {"SGD": SGD, "momentum": Momentum, "Adam": Adam}


def set_up(
    box: Locator, optimizer: str, size: int, rate: float, shift: int
) -> None:
    box.get_by_role("combobox", name="Optimizer").select_option(optimizer)
    choose(box, "Batch size", SIZES.index(size))
    choose(box, "Learning rate", RATES.index(rate))
    choose(box, "Shift of the inputs", shift)


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"},
    reason="TensorFlow adds up in another order on other processors",
)
def test_each_update_is_the_packages_to_the_last_bit(batches: Locator):
    x, y = make_data()
    for optimizer, size, rate, shift, updates in (
        ("SGD", 1, 0.02, 0, 60),
        ("SGD", 8, 0.1, 0, 60),
        ("SGD", 201, 0.03, 4, 10),
        ("momentum", 2, 0.005, 2, 60),
        ("momentum", 64, 0.03, 3, 40),
        ("Adam", 4, 0.1, 1, 60),
        ("Adam", 16, 0.3, 4, 60),
        ("Adam", 32, 3, 0, 60),
    ):
        set_up(batches, optimizer, size, rate, shift)
        lines = click(batches, "One update", updates)
        run = minibatch_loop(
            LinearModel(5.0, -5.0 * shift),
            x + shift,
            y,
            OPTIMIZERS[optimizer](rate),
            batch_size=size,
            epochs=-(-updates // -(-len(y) // size)),
        )
        history = state(batches, "history")
        for name in ("w", "b", "loss"):
            theirs = getattr(run, name)[: updates + 1]
            assert [at[name] for at in history] == theirs, (optimizer, name)
        assert lines[-1].startswith(f"update {updates}: W = ")


def test_what_is_chosen_stands_beside_its_slider(batches: Locator):
    set_up(batches, "Adam", 64, 0.3, 2)
    assert batches.locator(".value").all_inner_texts() == ["64", "0.3", "2"]
    slider = batches.get_by_role("slider", name="Learning rate")
    assert slider.get_attribute("aria-valuetext") == "0.3"
    slider.press("ArrowRight")
    assert batches.locator(".value").all_inner_texts()[1] == "0.5"


def test_a_reader_who_comes_back_finds_it_as_it_was_first(batches: Locator):
    page = batches.page

    def stand() -> list[str]:
        controls = batches.locator("input, select")
        values = controls.evaluate_all("all => all.map(({ value }) => value)")
        shown = batches.locator(".value, output").all_inner_texts()
        return [*values, *shown]

    first = stand()
    set_up(batches, "Adam", 201, 0.3, 2)
    assert stand() != first
    page.locator(".prev-next-area a").last.click()
    page.wait_for_url("**/unseen_points.html")
    page.go_back()
    expect(batches.locator("output")).not_to_be_empty()
    # A browser restores controls when the page is loaded.
    page.wait_for_load_state()
    assert stand() == first


@pytest.mark.parametrize("shift", [0, 4])
def test_the_contours_are_those_of_the_loss(batches: Locator, shift: int):
    set_up(batches, "SGD", 8, 0.1, shift)
    x, y = (np.asarray(each, dtype=float) for each in make_data())
    # From places in the plane back to W and b: of the start, and of the best line at the star.
    start = batches.locator(".plane .start, svg circle.start").last
    w_best, b_best = np.polyfit(x + shift, y, deg=1)
    star = np.array(
        [
            float(value)
            for value in re.findall(
                r"-?[\d.]+",
                batches.locator("g + .truth").get_attribute("transform") or "",
            )
        ]
    )
    corner = np.array(
        [float(start.get_attribute(name) or 0) for name in ("cx", "cy")]
    )
    units = (corner - star) / (5 - w_best, -5 * shift - b_best)
    contour = batches.locator("polyline.contour").nth(1)
    points = np.array(
        [
            [float(value) for value in point.split(",")]
            for point in (contour.get_attribute("points") or "").split()
        ]
    )
    w, b = ((points - star) / units + (w_best, b_best)).T
    losses = np.mean((np.outer(w, x + shift) + b[:, None] - y) ** 2, axis=1)
    # A point is written with one decimal.
    np.testing.assert_allclose(losses, 3, atol=0.5)


def test_a_shift_makes_the_way_long(batches: Locator):
    set_up(batches, "SGD", 201, 0.05, 0)
    bowl = click(batches, "One update", 100)
    set_up(batches, "SGD", 201, 0.05, 4)
    valley = click(batches, "One update", 100)
    assert bowl[0].split("loss")[1] == valley[0].split("loss")[1]
    assert "loss=0.96" in bowl[-1]
    assert "loss=0.96" not in valley[-1]


def test_an_epoch_has_an_update_for_each_batch(batches: Locator):
    set_up(batches, "SGD", 8, 0.03, 0)
    assert [line.split(":")[0] for line in click(batches, "One epoch", 2)] == [
        "update 0",
        "update 26",
        "update 52",
    ]
    click(batches, "Back to the start")
    assert said(batches).startswith("update 0: ")


def test_batches_run_until_they_are_told_to_stop(batches: Locator):
    page = batches.page
    page.clock.install()
    page.reload()
    batches.get_by_role("button", name="Run").click()
    page.clock.run_for(1000)
    batches.get_by_role("button", name="Pause").click()
    count = len(state(batches, "history"))
    assert count > 10
    page.clock.run_for(1000)
    assert len(state(batches, "history")) == count
    assert batches.evaluate(OUT_OF_PLACE) == []


def test_too_large_a_rate_is_said_to_diverge(batches: Locator):
    set_up(batches, "SGD", 201, 3, 4)
    click(batches, "One update", 200)
    assert "no longer finite" in said(batches)
    assert batches.evaluate(OUT_OF_PLACE) == []


# -- Points that were not seen ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "noise"), [(21, 0.3), (30, 0.0), (30, 1.0), (99, 0.5), (300, 0.3)]
)
def test_the_polynomials_are_those_of_least_squares(
    unseen: Locator, count: int, noise: float
):
    choose(unseen, "Number of points", count)
    choose(unseen, "Standard deviation of the noise", noise)
    click(unseen, "New noise")
    training, validation = (
        {axis: np.array(values) for axis, values in points.items()}
        for points in state(unseen, "sets").values()
    )
    assert len(training["x"]) == 2 * len(validation["x"]) == 2 * count / 3
    losses = state(unseen, "losses")
    for degree in range(1, 13):
        fitted = np.polynomial.Polynomial.fit(
            training["x"], training["y"], degree
        )
        for name, points in (
            ("training", training),
            ("validation", validation),
        ):
            loss = np.mean((fitted(points["x"]) - points["y"]) ** 2)
            assert losses[name][degree - 1] == pytest.approx(
                loss, rel=1e-6, abs=1e-12
            )


def test_it_says_both_losses_of_the_degree_and_which_one_is_best(
    unseen: Locator,
):
    losses = state(unseen, "losses")
    best = 1 + int(np.argmin(losses["validation"]))
    for degree in (12, 1, 3):
        choose(unseen, "degree", degree)
        assert said(unseen) == (
            f"degree {degree}: training {losses['training'][degree - 1]:.3f}, "
            f"validation {losses['validation'][degree - 1]:.3f}\n"
            f"smallest validation loss: degree {best}"
        )
    # What the page tells: the losses part.
    assert np.all(np.diff(losses["training"]) < 1e-9)
    assert losses["validation"][11] > 2 * min(losses["validation"])


def test_the_points_lie_around_the_true_curve_and_only_their_noise_is_new(
    unseen: Locator,
):
    choose(unseen, "Number of points", 300)
    first = state(unseen, "sets")
    click(unseen, "New noise")
    second = state(unseen, "sets")
    for name, points in second.items():
        assert points["x"] == first[name]["x"]
        assert points["y"] != first[name]["y"]
    x, y = (
        np.concatenate([points[axis] for points in second.values()])
        for axis in "xy"
    )
    np.testing.assert_allclose(np.sort(x), np.linspace(-2, 2, 300))
    assert np.std(y - np.sin(1.5 * x)) == pytest.approx(0.3, rel=0.13)


def test_another_degree_leaves_the_points_and_moves_the_curve(unseen: Locator):
    before = state(unseen, "sets")
    curve = unseen.locator("polyline.fit")
    drawn = curve.get_attribute("points")
    unseen.get_by_role("slider", name="degree").press("ArrowLeft")
    assert said(unseen).startswith("degree 11: ")
    assert state(unseen, "sets") == before
    assert curve.get_attribute("points") != drawn
