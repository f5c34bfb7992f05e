"""Forecasts: a right answer that the run confirms, and what the build says of all others."""

import re
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent, indent
from xml.etree import ElementTree

import lxml.html
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sphinx.cmd.build import build_main

from nbpromises.promises.forecasts import STATIC
from support.sites import Site
from support.windows import open_window

FORECAST = """
    ```{forecast} updates
    :answer: 2

    How many updates will that be: fewer than 50, or more?

    1. fewer than 50
    2. more than 50, as {term}`some <batch>` say

    They are $7$ batches.

    Ten epochs make {glue:text}`index.md::updates:d`.
    ```
    """
GLUE = """
    ```{code-cell} ipython3
    :tags: [remove-cell]
    from myst_nb import glue
    glue("updates", 2, display=False)
    ```
    """
GLOSSARY = """
    ```{glossary}
    batch
      some examples
    ```
    """
PAGE = GLUE + FORECAST + GLOSSARY
# The line of the forecast.
LINE = 17


@pytest.mark.parametrize("body", [PAGE, FORECAST + GLOSSARY + GLUE])
def test_an_answer_that_the_run_confirms_is_a_kept_promise(
    site: Site, body: str
):
    site.write_page(body)
    build = site.build()
    assert build.ok, build.said
    assert "1 promises kept, 0 broken, on 1 pages" in build.said


def test_a_value_that_the_page_shows_counts_too(site: Site):
    site.write_page(
        PAGE.replace("[remove-cell]", "['unchecked: it is a number']").replace(
            ", display=False", ""
        )
    )
    build = site.build()
    assert build.ok, build.said


def test_another_answer_fails_with_both_answers_again_and_again(site: Site):
    page = site.write_page(PAGE.replace(":answer: 2", ":answer: 1"))
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert (
            f"{page}:{LINE}: ERROR: the run says answer 2 (more than 50, as some say), "
            "but the source 1 (fewer than 50)\n"
        ) in build.said
        assert "0 promises kept, 1 broken" in build.said
    # The run may have been disturbed.
    assert build.executed == {"index": "it broke a promise last time"}
    site.write_page(PAGE)
    assert site.build().ok


def test_a_run_that_gives_another_answer_fails(site: Site):
    page = site.write_page(PAGE.replace('"updates", 2', '"updates", 1'))
    build = site.build()
    assert not build.ok
    assert f"{page}:{LINE}: ERROR: the run says answer 1 (f" in build.said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("updates\n", "epochs\n", "no cell of this page glues 'epochs'"),
        (" updates\n", "\n", "needs the key of a glued value"),
        ('"updates", 2', '"updates", 2.0', "to 2, but is 2.0"),
        ('"updates", 2', '"updates", "2"', "to 2, but is '2'"),
        ('"updates", 2', '"updates", True', "to 2, but is True"),
        ('"updates", 2', '"updates", 3', "to 2, but is 3"),
        ('"updates", 2', '"updates", 0', "to 2, but is 0"),
        (
            '"updates", 2',
            '"updates", list(range(100))',
            "the number of an answer, 1 to 2, but is [0, 1, 2,",
        ),
        (":answer: 2", ":answer: 3", ":answer: must be the number of an"),
        (":answer: 2", ":answer: two", "answer, 1 to 2, but is two"),
        (":answer: 2", ":answer:", "answer, 1 to 2, but is missing"),
        (":answer: 2\n", "", "answer, 1 to 2, but is missing"),
        (
            "How many updates will that be: fewer than 50, or more?",
            "",
            "needs a question before its answers",
        ),
        ("    1. fewer than 50\n", "", "needs at least two answers, but has 1"),
        ("1. fewer", "fewer", "needs a list of answers, but has none"),
        ("1. fewer", "0. fewer", "must be numbered from 1, but begin with 0"),
        ("1. fewer", "2. fewer", "must be numbered from 1, but begin with 2"),
        ("They are", "   They are", "an answer must be one paragraph"),
        (
            "They are",
            "- also\n\n    They are",
            "needs one list, its answers, but has",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    site: Site, old: str, new: str, said: str
):
    page = site.write_page(PAGE.replace(old, new, 1))
    for _ in range(2):
        build = site.build()
        assert not build.ok
        (error,) = re.findall(r"^.*ERROR.*$", build.said, re.MULTILINE)
        assert error.startswith(f"{page}:{LINE}: ERROR: ")
        assert said in error
        assert "0 promises kept, 1 broken" in build.said


@pytest.mark.parametrize("kept", ["question", "question and list"])
def test_a_forecast_lacks_its_list_or_its_explanation(site: Site, kept: str):
    lines = ["", "", "How many?", "", "1. few", "2. many", "", "```", ""]
    body = FORECAST.split("How many")[0] + "\n    ".join(lines)
    if kept == "question":
        body = re.sub(r" *\d\. .*\n", "", body)
    page = site.write_page(GLUE + body)
    build = site.build()
    assert not build.ok
    lack = "a list of answers" if kept == "question" else "an explanation"
    error = f"{page}:{LINE}: ERROR: a {{forecast}} needs {lack}"
    assert error in build.said


def test_a_page_that_was_not_executed_can_have_none(site: Site):
    page = site.write("index.md", dedent(FORECAST + GLOSSARY))
    build = site.build()
    assert not build.ok
    assert f"{page}:1: ERROR: this page has promises, but was not" in build.said


def test_a_cell_that_raises_is_the_only_error(site: Site):
    page = site.write_page(GLUE.replace("glue(", "1 / 0; glue(") + FORECAST)
    build = site.build()
    assert not build.ok
    assert f"{page}:11: ERROR: the cell raises ZeroDivisionError" in build.said
    assert f"{page}:{LINE}" not in build.said


def test_it_is_reported_to_machines(site: Site):
    site.write_page(PAGE.replace(":answer: 2", ":answer: 1"))
    build = site.build(nbpromises_junit="report.xml")
    assert "index: 0 kept, 1 broken" in build.said
    report = ElementTree.parse(site.root / "report.xml").getroot()
    (broken,) = report.findall("testsuite/testcase[failure]")
    assert broken.get("line") == str(LINE)
    assert (broken.findtext("failure") or "").startswith("the run says ans")


# -- Accepting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [":answer: 1", ":answer: 7", ":answer:"])
def test_accepting_marks_the_answer_of_the_run(site: Site, answer: str):
    wrong = PAGE.replace(":answer: 2", answer)
    page = site.write_page(wrong)
    build = site.build(nbpromises_accept=1)
    assert build.ok, build.said
    assert "index: 1 accepted" in build.said
    accepted = page.read_text()
    assert accepted == site.write_page(PAGE).read_text()


@pytest.mark.parametrize("nested", [True, False])
def test_what_cannot_be_accepted_stays_an_error(site: Site, nested: bool):
    wrong = dedent(FORECAST).replace(
        ":answer: 2", ":answer: 1" if nested else ""
    )
    if nested:
        wrong = indent(wrong.strip(), "> ", lambda line: True)
    page = site.write_page(dedent(GLUE) + f"\n{wrong}\n" + dedent(GLOSSARY))
    before = page.read_text()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert "ERROR: " in build.said
    assert page.read_text() == before


def test_a_forecast_in_an_included_file_is_checked_and_leaves_the_page_alone(
    site: Site,
):
    wrong = dedent(FORECAST).replace(":answer: 2", ":answer: 1")
    # At the same line as that of the page.
    part = site.write("_part.md", "\n" * (LINE - 1) + wrong.strip() + "\n")
    include = "\n\n```{include} _part.md\n```\n"
    page = site.write_page(dedent(PAGE) + include)
    before = page.read_text()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert "index.md:1: ERROR: the run says answer 2" in build.said
    assert re.search(r"but the source 1 .*\(_part\.md:\d+\)", build.said)
    assert page.read_text() == before
    assert ":answer: 1" in part.read_text()


# -- Numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "typed"),
    [
        ("fewer than 50, or", "fewer than 50, or", None),
        ("fewer than 50, or", "fewer than 60, or", "60"),
        ("Ten epochs", "50 epochs", "50"),
    ],
)
def test_numbers_may_be_typed_in_answers_and_in_their_question(
    site: Site, old: str, new: str, typed: str | None
):
    strict = Site(site.root, ["nbpromises"], "nbpromises_constants = {}")
    strict.write_page(PAGE.replace(old, new))
    build = strict.build()
    assert build.ok == (typed is None), build.said
    assert typed is None or f"the number {typed} is typed" in build.said


# -- What readers get --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "builder", ["gettext", "latex", "text", "singlehtml", "man"]
)
def test_other_formats_have_question_answers_and_explanation(
    site: Site, builder: str
):
    site.write_page(PAGE)
    folder = site.root / "_build" / builder
    with chdir(site.root), redirect_stdout(StringIO()):
        status = build_main(["-q", "-W", "-b", builder, ".", str(folder)])
    assert status == 0
    if builder == "text":
        text = (folder / "index.txt").read_text()
        assert text.index("How many") < text.index("1. fewer than 50")
        assert text.index("more than 50, as") < text.index("Ten epochs make 2.")
    if builder == "gettext":
        messages = (folder / "index.pot").read_text()
        assert 'msgid "fewer than 50"' in messages
        assert "Ten epochs make" in messages


def test_the_words_are_those_of_the_site(tmp_path: Path):
    words = {"title": "Raten", "right": "ja", "wrong": "nein"}
    site = Site(
        tmp_path, ["nbpromises"], f"nbpromises_forecast_words = {words!r}"
    )
    site.write_page(PAGE)
    html = (site.build().output / "index.html").read_text(encoding="utf-8")
    (forecast,) = lxml.html.fromstring(html).find_class("forecast")
    assert forecast.get("data-title") == "Raten"
    assert forecast.xpath(".//@data-verdict") == ["nein", "ja"]
    assert forecast.xpath(".//*[@role='group']/@aria-label") == ["Answer"]
    # Neither the search nor a notebook finds words that only tell what was chosen.
    assert "ja" not in forecast.text_content()


@pytest.fixture
def address(site: Site) -> str:
    """Build a site whose page has two forecasts, and return the address of the page."""
    site.write_page(PAGE + FORECAST)
    build = site.build()
    assert build.ok, build.said
    return (build.output / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with open_window(browser) as window:
        window.goto(address)
        yield window


def explanation(page: Page) -> Locator:
    return page.locator(".forecast-explanation").first


def verdicts(page: Page) -> list[str]:
    """Return what is shown behind each answer of the first forecast."""
    found: list[str] = page.locator(".forecast").first.evaluate(
        """(forecast) => [...forecast.querySelectorAll(".forecast-verdict")].map((verdict) => {
            const { content } = getComputedStyle(verdict, "::before");
            return content === "none" ? "" : content.replaceAll('"', "");
        })"""
    )
    return found


def test_a_click_on_an_answer_shows_the_verdict_and_the_explanation(page: Page):
    assert not explanation(page).is_visible()
    assert verdicts(page) == ["", ""]
    first = page.locator(".forecast").first
    first.get_by_text("fewer than 50", exact=True).click()
    expect(explanation(page)).to_be_visible()
    assert verdicts(page) == ["✗ not this one", ""]
    first.get_by_text("more than 50").click()
    assert verdicts(page) == ["", "✓ right"]
    assert not page.locator(".forecast-explanation").last.is_visible()


def test_the_keyboard_chooses(page: Page):
    page.keyboard.press("Tab")
    first, second = page.get_by_role("radio").all()[:2]
    while not first.evaluate("button => button === document.activeElement"):
        page.keyboard.press("Tab")
    assert (
        first.evaluate("button => getComputedStyle(button).outlineWidth")
        == "3px"
    )
    page.keyboard.press("Space")
    assert verdicts(page) == ["✗ not this one", ""]
    page.keyboard.press("ArrowDown")
    expect(second).to_be_checked()
    assert verdicts(page) == ["", "✓ right"]


def test_its_parts_have_names(page: Page):
    asked = "How many updates will that be: fewer than 50, or more?"
    group = page.get_by_role("group", name=asked).first
    names = ["fewer than 50", "more than 50, as some say"]
    for name in names:
        expect(group.get_by_role("radio", name=name, exact=True)).to_have_count(
            1
        )


def test_paper_shows_the_right_answer_and_the_explanation(page: Page):
    page.emulate_media(media="print")
    assert explanation(page).is_visible()
    assert verdicts(page) == ["", "✓ right"]


def test_a_browser_that_cannot_see_a_choice_shows_all(
    browser: Browser, address: str
):
    def without_has(route: Route) -> None:
        css = (STATIC / "forecast.css").read_text(encoding="utf-8")
        assert ":has(*)" in css
        old = css.replace("selector(:has(*))", "selector(:unknown(*))")
        route.fulfill(body=old, content_type="text/css")

    with open_window(browser) as window:
        window.route("**/forecast.css*", without_has)
        window.goto(address)
        assert explanation(window).is_visible()
        assert verdicts(window) == ["", "✓ right"]
