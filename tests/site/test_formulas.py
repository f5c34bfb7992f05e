"""Every formula of the book, as it is drawn where no mathematical font is installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import lxml.html
import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest
from lxml.html import HtmlElement
from numpy.typing import NDArray
from playwright.sync_api import Browser

from support.firefox import open_firefox
from support.pages import parse
from support.windows import open_window

# Pixels of a picture for one of a window, whose size follows.
SCALE = 2
WIDTH, HEIGHT = 1280, 800
# None of these fonts is made for formulas, though some have many signs.
FONTS = Path(mpl.get_data_path(), "fonts", "ttf")
FENCES = set("()[]{}|‖⌊⌋⌈⌉⟨⟩")

# What is measured is red, and what it belongs to is blue; all else takes its place, but is not seen.
STYLE = """
    html { background: white; }
    .part { display: inline-block; padding: 1rem; }
    math { display: inline math; }
    math, math * { color: transparent; }
    math .sign, math .sign * { color: #f00; }
    math .base, math .base * { color: #00f; }
"""
BOXES = """
    document.fonts.ready.then(() => [...document.querySelectorAll(".part")].map((part) => {
      const { left, top, right, bottom } = part.getBoundingClientRect();
      const [sign, base] = [".sign", ".base"].map((each) =>
        parseFloat(getComputedStyle(part.querySelector(each)).fontSize));
      return { left, top, right, bottom, sign, base };
    }))
"""

Ink = NDArray[np.bool_]
Draw = Callable[[str], tuple[list[dict[str, float]], bytes]]


@dataclass
class Extent:
    """Where ink begins and ends, in pixels from the top and the left."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, ink: Ink) -> Extent:
        rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
        return cls(rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


# -- The parts of formulas that must fit each other -----------------------------------------------


def formulas_of_book(site: Path) -> list[HtmlElement]:
    """Return each formula once, of all pages in all languages."""
    formulas = {
        lxml.html.tostring(formula, with_tail=False)
        for path in sorted(site.rglob("*.html"))
        for formula in parse(path).iter("math")
    }
    return [lxml.html.fromstring(each) for each in sorted(formulas)]


def is_fence(element: HtmlElement) -> bool:
    return (
        element.tag == "mo"
        and element.text in FENCES
        and element.get("stretchy") != "false"
    )


def parts(
    formula: HtmlElement,
) -> Iterator[tuple[str, HtmlElement, list[HtmlElement]]]:
    """Return kind, sign and base of whatever must fit to its base in size and place."""
    for element in formula.iter():
        match element.tag:
            case "msqrt":
                yield "root", element, list(element)
            case "mroot":
                yield "root", element, [element[0]]
            case "mover" if element[1].get("accent") == "true":
                yield "overline", element[1], [element[0]]
            case "msup" | "msubsup":
                yield "power", element[-1], [element[0]]
            case "mo" if is_fence(element):
                inside = [
                    each for each in element.getparent() if not is_fence(each)
                ]
                yield "bracket", element, inside


def marked_parts(formulas: list[HtmlElement]) -> list[tuple[str, str]]:
    """Return the kind of each part, and its formula with sign and base marked."""
    marked = []
    for formula in formulas:
        for kind, sign, base in parts(formula):
            sign.set("class", "sign")
            for each in base:
                each.set("class", "base")
            marked.append((kind, lxml.html.tostring(formula, encoding=str)))
            for each in [sign, *base]:
                del each.attrib["class"]
    return marked


# -- What is right --------------------------------------------------------------------------------


def lies_under_a_line(sign: Ink, base: Ink) -> bool:
    """Return whether there is some of the sign above the base, all the way from left to right."""
    slack, inner = SCALE, Extent.of(base)
    above = sign[: inner.top, inner.left + slack : inner.right - slack]
    return bool(above.any(axis=0).all())


def is_right(kind: str, sign_ink: Ink, base_ink: Ink, em: float) -> bool:
    """Return whether a sign fits its base; `em` is the size of the base's letters."""
    sign, base = Extent.of(sign_ink), Extent.of(base_ink)
    slack = SCALE
    match kind:
        case "root":
            return (
                lies_under_a_line(sign_ink, base_ink)
                and sign.left < base.left
                and sign.bottom > base.bottom - slack
            )
        case "overline":
            return (
                lies_under_a_line(sign_ink, base_ink)
                and sign.bottom <= base.top
                and sign.top > base.top - em / 2
            )
        case "bracket":
            return (
                sign.height > base.height - slack
                and sign.top <= base.top + slack
            )
        case _:
            # A star of a keyboard would float above the letter.
            return sign.middle < base.middle and sign.bottom > base.top


def faults(draw: Draw, site: Path, folder: Path, style: str = "") -> list[str]:
    """Draw all parts of all formulas with the site's style sheet, and name those that do not fit."""
    marked = marked_parts(formulas_of_book(site))
    assert {kind for kind, _ in marked} == {
        *["root", "overline", "bracket", "power"]
    }
    sheet = folder / "formulas.html"
    drawings = "\n".join(
        f'<div class="part">{formula}</div>' for _, formula in marked
    )
    sheet.write_text(
        f'<!doctype html><html data-theme="light"><meta charset="utf-8">'
        f'<link rel="stylesheet" href="{(site / "en/_static/style.css").as_uri()}">'
        f"<style>{STYLE}{style}</style><main>{drawings}</main>",
        encoding="utf-8",
    )
    boxes, png = draw(sheet.as_uri())
    (folder / "formulas.png").write_bytes(png)
    picture = matplotlib.image.imread(BytesIO(png))
    wrong = []
    for (kind, formula), box in zip(marked, boxes, strict=True):
        top, bottom, left, right = (
            round(box[side] * SCALE)
            for side in ("top", "bottom", "left", "right")
        )
        red, _, blue = np.moveaxis(picture[top:bottom, left:right, :3], 2, 0)
        smaller = box["sign"] < box["base"]
        if not is_right(kind, blue < 0.5, red < 0.5, box["base"] * SCALE) or (
            kind == "power" and not smaller
        ):
            wrong.append(f"{kind}: {formula}")
    return wrong


# -- Browsers that find no mathematical font --------------------------------------------------------


@pytest.fixture(scope="module")
def few_fonts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which programs find `FONTS` alone."""
    folder = tmp_path_factory.mktemp("fonts")
    configuration = folder / "fonts.conf"
    configuration.write_text(
        f"<fontconfig><dir>{FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    return {**os.environ, "FONTCONFIG_FILE": str(configuration)}


@pytest.fixture(scope="module")
def draw_in_chromium(
    browser: Browser, chromium: str, few_fonts: dict[str, str]
) -> Iterator[Draw]:
    with browser.browser_type.launch(
        executable_path=chromium, args=["--no-sandbox"], env={**few_fonts}
    ) as window:

        def draw(address: str) -> tuple[Any, bytes]:
            viewport = {"width": WIDTH, "height": HEIGHT}
            with open_window(
                window, viewport=viewport, device_scale_factor=SCALE
            ) as page:
                page.goto(address)
                return page.evaluate(BOXES), page.screenshot(full_page=True)

        yield draw


@pytest.fixture(scope="module")
def draw_in_firefox(
    few_fonts: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Draw]:
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if not path:
        pytest.skip("there is no Firefox; 'apt install firefox-esr' brings it")
    with open_firefox(
        path, tmp_path_factory.mktemp("profile"), few_fonts
    ) as page:

        def draw(address: str) -> tuple[Any, bytes]:
            page.resize(WIDTH, HEIGHT, SCALE)
            page.goto(address)
            return page.evaluate(BOXES), page.screenshot()

        yield draw


def test_chromium_draws_every_formula_right(
    draw_in_chromium: Draw, built_site: Path, tmp_path: Path
):
    assert faults(draw_in_chromium, built_site, tmp_path) == []


def test_firefox_draws_every_formula_right(
    draw_in_firefox: Draw, built_site: Path, tmp_path: Path
):
    assert faults(draw_in_firefox, built_site, tmp_path) == []


def test_without_its_font_the_formulas_would_be_wrong(
    draw_in_chromium: Draw, built_site: Path, tmp_path: Path
):
    style = "math { font-family: math; }"
    wrong = faults(draw_in_chromium, built_site, tmp_path, style)
    assert {each.partition(":")[0] for each in wrong} >= {"root", "overline"}
