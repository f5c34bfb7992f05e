"""The search of the book, as a reader uses it: in a real browser, from disk and served."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from support.pages import LANGUAGES, heading, read_article
from support.projects import PAGES
from support.windows import open_window

DIALOG = "#pst-search-dialog"
# How often a query is repeated whose time is measured, which is told in hundredths of a second.
TIMES = 2
# The theme says so on every first visit.
OF_THE_THEME = "Got invalid theme mode: . Resetting to auto."

DESK = {"width": 1280, "height": 844}
PHONE = {"width": 390, "height": 844}

each_language = pytest.mark.parametrize("language", LANGUAGES)


@dataclass(frozen=True)
class Result:
    """What a reader sees of one result."""

    title: str
    place: str
    text: str
    marks: list[str]


def read_results(page: Page) -> list[Result]:
    found = page.evaluate(
        """[...document.querySelectorAll(".search-list li")].map((item) => ({
            title: item.querySelector("a").textContent,
            place: item.querySelector("a").href,
            text: item.textContent,
            marks: [...item.querySelectorAll("mark")].map((mark) => mark.textContent),
        }))"""
    )
    return [
        Result(
            **{**each, "place": re.split("/(?:en|zh-cn)/", each["place"])[1]}
        )
        for each in found
    ]


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """Open one window for all tests."""
    with open_window(browser, viewport=DESK) as page:
        yield page


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """Lend the window, in which no script may go wrong."""
    errors: list[object] = []

    def listen(message: ConsoleMessage) -> None:
        # The browser asks every server for an icon.
        icon = message.location["url"].endswith("/favicon.ico")
        if (
            message.type == "error"
            and message.text != OF_THE_THEME
            and not icon
        ):
            errors.append(message.text)

    def keep(error: object) -> None:
        errors.append(error)

    window.on("pageerror", keep)
    window.on("console", listen)
    yield window
    window.remove_listener("pageerror", keep)
    window.remove_listener("console", listen)
    assert errors == []


Search = Callable[[str], list[Result]]


def press_shortcut(page: Page) -> None:
    """Open the search of a page by keyboard, and wait until it is ready for what is typed."""
    page.keyboard.press("Control+k")
    page.wait_for_selector(f"{DIALOG} .search-results", state="attached")
    expect(page.locator(f"{DIALOG} input")).to_be_focused()


def open_dialog(page: Page, site: str, language: str = "en") -> Search:
    """Open a page and its search, and return how to search there."""
    page.goto(f"{site}/{language}/tutorial/data.html")
    press_shortcut(page)

    def search(query: str) -> list[Result]:
        page.fill(f"{DIALOG} input", query)
        return read_results(page)

    return search


@pytest.fixture
def disk(built_site: Path) -> str:
    """Return where the site is on disk."""
    return built_site.as_uri()


# The place that has to come first.
EARLY = {
    "zh-cn": {
        "训练循环": "tutorial/training_loop.html#write-the-training-loop",
        "损失函数": "reference/glossary.html#term-loss-function",
        "学习率": "reference/glossary.html#term-learning-rate",
        "均方误差": "reference/glossary.html#term-mean-squared-error",
        "张量": "reference/glossary.html#term-tensor",
        "检查点": "reference/glossary.html#term-checkpoint",
        "手工推导": "tutorial/training_loop.html#the-gradients-by-hand",
        "每个变量增大时，损失变化得有多快。": "tutorial/training_loop.html#four-steps",
        "tf.Variable 变量": "tutorial/model.html#a-model-is-variables-and-a-computation",
        "变量 tf.Variable": "tutorial/model.html#a-model-is-variables-and-a-computation",
        "SGD 优化器": "your_model/minibatches.html#take-many-steps-in-an-epoch",
        "SGD优化器": "your_model/minibatches.html#take-many-steps-in-an-epoch",
        "优化器,sgd": "your_model/minibatches.html#take-many-steps-in-an-epoch",
        "保存检查点": "beyond/checkpoints.html#a-few-lines-that-save-a-run",
        "train_step": "reference/api.html#linear_tutorial.train_step",
        "loss=6.42449": "tutorial/training_loop.html#ten-epochs",
        "loss 不下降": "your_model/no_learning.html#when-it-does-not-learn",
    },
    "en": {
        "training loop": "reference/glossary.html#term-training-loop",
        "loss not decreasing": "your_model/no_learning.html#when-it-does-not-learn",
        "trained model": "tutorial/training_loop.html#the-trained-model",
        "batching": "tutorial/data.html#one-batch",
        "how to save what it learned": "tutorial/keras.html#save-what-it-learned",
        "gradients hand": "tutorial/training_loop.html#the-gradients-by-hand",
        "Checkp": "reference/glossary.html#term-checkpoint",
        "tf.GradientTape": "tutorial/training_loop.html#what-the-tape-records",
        "make_data(": "reference/api.html#linear_tutorial.make_data",
        "make_data seed": "reference/api.html#linear_tutorial.make_data",
        "KerasLinearModel": "reference/api.html#linear_tutorial.KerasLinearModel",
        "loss=6.42449": "tutorial/training_loop.html#ten-epochs",
        "loss = 6.42449": "tutorial/training_loop.html#ten-epochs",
        "学习率": "reference/glossary.html#term-learning-rate",
    },
}


@each_language
def test_a_good_place_comes_early(page: Page, disk: str, language: str):
    search = open_dialog(page, disk, language)
    for query, place in EARLY[language].items():
        results = search(query)
        assert results, query
        # Several places may be good; none of them is far down.
        assert place in [result.place for result in results[:4]], query
        assert results[0].marks, query


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("optimisers", "optimizers"),
        ("normalising", "normalizing"),
        ("parallelise", "parallelize"),
        ("colours", "colors"),
        ("centre", "center"),
    ],
)
def test_both_spellings_of_a_word_find_the_same(
    page: Page, disk: str, british: str, american: str
):
    search = open_dialog(page, disk)
    places = [
        {result.place for result in search(word)}
        for word in (british, american)
    ]
    assert places[0] == places[1] != set()


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("supervision", "supervised"),
        ("precise", "precision"),
        ("centred", "centres"),
    ],
)
def test_a_word_with_two_spellings_finds_its_other_forms(
    page: Page, disk: str, word: str, other: str
):
    search = open_dialog(page, disk)
    marks = {mark.lower() for result in search(word) for mark in result.marks}
    assert other in marks


# What today's Keras says to the code of old tutorials, and the section of the page about it.
ERRORS = {
    "module 'keras._tf_keras.keras.losses' has no attribute 'mean_squared_error'": (
        "tf-keras-losses-has-no-attribute-mean-squared-error"
    ),
    "UserWarning: The model does not have any trainable weights.": (
        "fit-runs-but-the-loss-does-not-change"
    ),
    "object has no attribute 'submodules'": (
        "a-keras-model-is-not-a-tf-module-any-more"
    ),
    "The filename must end in `.weights.h5`.": (
        "the-filename-must-end-in-weights-h5"
    ),
    "File format not supported: filepath=my_checkpoint": (
        "file-format-not-supported-load-weights-rejects-old-files"
    ),
    "You are loading weights into a model that has not yet been built.": (
        "loading-weights-into-a-model-that-has-not-yet-been-built"
    ),
    "expected 2 variables, but received 0 variables during loading": (
        "the-empty-file"
    ),
}


@each_language
def test_an_error_message_leads_to_its_explanation(
    page: Page, disk: str, language: str
):
    search = open_dialog(page, disk, language)
    for message, section in ERRORS.items():
        first = search(message)[:1]
        places = [result.place for result in first]
        assert places == [f"history/what_changed.html#{section}"], message


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("ＴＦ．ＧｒａｄｉｅｎｔＴａｐｅ", "tf.gradienttape"),
        ("Keras's", "Keras’s"),
        ("梯度  带", "梯度带"),
        ("“gradient tape”", "gradient tape"),
        ("W*", "W∗"),
        ("sgd,adam", "sgd adam"),
        ("loss/accuracy", "loss accuracy"),
    ],
)
def test_how_it_is_typed_does_not_matter(
    page: Page, disk: str, query: str, same: str
):
    search = open_dialog(page, disk, "zh-cn" if "带" in same else "en")
    places = [result.place for result in search(query)]
    assert places
    assert places[0] == search(same)[0].place


def test_an_english_word_is_found_in_all_its_forms(page: Page, disk: str):
    search = open_dialog(page, disk)
    marks = {
        mark.lower() for result in search("trained") for mark in result.marks
    }
    assert {"train", "trained", "training"} <= marks


def test_all_words_must_be_met_in_a_section_or_else_in_a_page(
    page: Page, disk: str
):
    search = open_dialog(page, disk)
    first, *others = search("epoch weights")
    marked = {mark.lower().removesuffix("s") for mark in first.marks}
    assert marked >= {"epoch", "weight"}
    assert search("weights epoch") == [first, *others]
    # The one stands in one section of the page, the other in another.
    places = [result.place for result in search("shuffles checkpoint")]
    assert any(place.startswith("tutorial/keras.html#") for place in places)
    assert search("shuffles xyzzy") == []


def test_what_is_sought_is_marked_where_it_stands(
    page: Page, disk: str, built_site: Path
):
    search = open_dialog(page, disk, "zh-cn")
    for result in search("梯度带"):
        assert "梯度带" in result.text
        assert "梯度带" in result.marks
    glossary, start = (
        heading(built_site, "zh-cn", page, "h1")
        for page in ("reference/glossary", "index")
    )
    titles = [result.title for result in search("张量")]
    assert any(title.startswith(f"{glossary} › ") for title in titles[:3])
    assert "张量" in titles[0]
    assert any(title.startswith(f"{start} › ") for title in titles)


def test_prose_comes_before_code(page: Page, disk: str):
    search = open_dialog(page, disk)
    results = search("mean_squared_error")
    in_code = page.evaluate(
        """[...document.querySelectorAll(".search-list li")]
            .map((item) => item.querySelector("p mark, a mark") === null)"""
    )
    assert len(results) > 3
    assert in_code == sorted(in_code)
    assert in_code[-1]


@each_language
def test_a_reader_is_told_how_much_was_found(
    page: Page, disk: str, language: str
):
    search = open_dialog(page, disk, language)
    status = page.locator(DIALOG).get_by_role("status")
    words = page.locator("#search-on-demand").evaluate(
        "script => ({...script.dataset})"
    )
    for query, kind in {
        "5.14286": "one",
        "mean_squared_error": "many",
        "xyzzy": "none",
    }.items():
        count = len(search(query))
        assert kind == {0: "none", 1: "one"}.get(count, "many")
        message = words[kind].format(query=query, count=count)
        expect(status).to_have_text(message)
    page.fill(f"{DIALOG} input", " ")
    expect(status).to_have_text("")


@each_language
def test_every_run_of_characters_of_a_page_is_found_on_it(
    built_site: Path, page: Page, disk: str, language: str
):
    runs = parts_of_lines(built_site, language)
    open_dialog(page, disk, language)
    missed: list[tuple[str, str]] = page.evaluate(
        """(runs) => {
            const field = document.querySelector("#pst-search-dialog input");
            return runs.filter(([name, run]) => {
                field.value = run;
                field.dispatchEvent(new Event("input"));
                const links = [...document.querySelectorAll(".search-list a")];
                return !links.some(({ href }) => href.includes(`/${name}.html#`));
            });
        }""",
        runs,
    )
    assert missed == []


def parts_of_lines(site: Path, language: str) -> list[tuple[str, str]]:
    """Return the name of each page with parts of some of its lines, chosen at random."""
    chance = random.Random(f"runs in {language}")
    runs = []
    for name in PAGES:
        article = read_article(site, language, name)
        for left_out in article.xpath(
            ".//*[@hidden] | .//a[contains(@class, 'headerlink')]"
        ):
            left_out.drop_tree()
        lines = [
            line
            for block in article.xpath(
                ".//h1 | .//h2 | .//h3 | .//p | .//dt | .//td | .//pre"
            )
            for line in block.text_content().splitlines()
            if len(line.strip()) > 1
        ]
        for _ in range(10):
            line = chance.choice(lines)
            start = chance.randrange(len(line) - 1)
            run = line[start : start + chance.randint(2, 20)].strip()
            if len(run) > 1:
                runs.append((name, run))
    assert len(runs) > 8 * len(PAGES)
    return runs


@each_language
def test_a_query_takes_the_processor_less_than_a_quarter_of_a_second(
    browser: Browser, page: Page, disk: str, language: str
):
    """Unlike the time on the clock, this does not grow with what else the machine is doing."""
    open_dialog(page, disk, language)
    session = browser.new_browser_cdp_session()

    def seconds() -> float:
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return sum(
            process["cpuTime"]
            for process in processes
            if process["type"] == "renderer"
        )

    for query in [*EARLY[language], "e", "的", "the", "量子纠缠" * 20, "x y z"]:
        before = seconds()
        page.evaluate(
            """([query, times]) => {
                const field = document.querySelector("#pst-search-dialog input");
                const list = document.querySelector("#pst-search-dialog .search-list");
                while (times--) {
                    field.value = query;
                    field.dispatchEvent(new Event("input"));
                    list.getBoundingClientRect();
                }
            }""",
            [query, TIMES],
        )
        assert seconds() - before < 0.25 * TIMES, query
    session.detach()


def test_enter_leads_to_a_page_with_the_same_results(page: Page, address: str):
    results = open_dialog(page, address, "zh-cn")("学习率")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-cn/search.html?q=*")
    expect(page.locator("main .search-list li")).to_have_count(len(results))
    assert read_results(page) == results
    expect(page.locator("main input[name=q]")).to_have_value("学习率")
    expect(page.locator("main input[name=q]")).to_be_focused()

    page.fill("main input[name=q]", "张量")
    assert read_results(page) != results
    # Back from a result, the results are there again.
    others = read_results(page)
    page.locator("main .search-list a").first.click()
    page.wait_for_url(f"**/{others[0].place}")
    page.go_back()
    expect(page.locator("main .search-list li")).to_have_count(len(others))
    assert read_results(page) == others

    # The other language is asked the same.
    page.locator("a.language-switch").click()
    page.wait_for_url("**/en/search.html?q=*")
    expect(page.locator("main input[name=q]")).to_have_value("张量")
    expect(page.locator("main .search-list li").first).to_be_visible()


def test_a_result_opens_at_its_section(
    page: Page, address: str, built_site: Path
):
    section = "#what-the-history-shows"
    which = f"section[@id='{section[1:]}']/h2"
    search = open_dialog(page, address, "zh-cn")
    search(heading(built_site, "zh-cn", "tutorial/training_loop", which))
    page.keyboard.press("Enter")
    page.locator("main .search-list a").first.click()
    page.wait_for_url(f"**/training_loop.html{section}")
    opened = page.locator(f"{section} > h2")
    expect(opened).to_be_in_viewport()
    assert opened.bounding_box()["y"] < 200


def test_a_result_on_the_same_page_closes_the_dialog(page: Page, disk: str):
    search = open_dialog(page, disk)
    assert search("one batch")[0].place == "tutorial/data.html#one-batch"
    page.locator(f"{DIALOG} .search-list a").first.click()
    expect(page.locator(DIALOG)).to_be_hidden()
    opened = page.locator("#one-batch > h2")
    expect(opened).to_be_in_viewport()
    assert opened.bounding_box()["y"] < 200


def test_the_keyboard_is_enough(page: Page, disk: str):
    search = open_dialog(page, disk)
    second = search("training loop")[1].place
    field = page.locator(f"{DIALOG} input")
    links = page.locator(f"{DIALOG} .search-list a")
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Tab")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()

    press_shortcut(page)
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()

    press_shortcut(page)
    page.keyboard.type("training loop")
    expect(field).to_have_value("training loop")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{second}")


def test_letters_on_the_way_to_chinese_are_not_searched(page: Page, disk: str):
    open_dialog(page, disk, "zh-cn")
    session = page.context.new_cdp_session(page)
    letters = {"text": "tidu", "selectionStart": 4, "selectionEnd": 4}
    session.send("Input.imeSetComposition", letters)
    expect(page.locator(f"{DIALOG} input")).to_have_value("tidu")
    expect(page.locator(DIALOG).get_by_role("status")).to_have_text("")
    session.send("Input.insertText", {"text": "梯度"})
    expect(page.locator(f"{DIALOG} input")).to_have_value("梯度")
    assert read_results(page)[0].marks[0] == "梯度"


@each_language
def test_on_a_phone_results_fit_the_window(
    browser: Browser, disk: str, language: str
):
    with open_window(browser, viewport=PHONE) as page:
        open_dialog(page, disk, language)("keras.Model.fit")
        page.keyboard.press("ArrowDown")
        list_ = page.locator(f"{DIALOG} .search-list")
        # The style sheet, too, comes on demand.
        expect(list_).to_have_css("list-style-type", "none")
        box = list_.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert list_.evaluate("list => list.scrollWidth <= list.clientWidth")


@each_language
def test_readers_who_do_not_search_load_nothing_for_it(
    page: Page, address: str, language: str
):
    loaded: list[str] = []
    page.on(
        "request",
        lambda request: loaded.append(Path(urlsplit(request.url).path).name),
    )
    page.goto(f"{address}/{language}/index.html", wait_until="load")
    assert not [name for name in loaded if "search" in name]
    press_shortcut(page)
    assert {name for name in loaded if "search" in name} == {
        "search-data.js",
        "search.js",
        "search.css",
    }


def test_data_that_did_not_come_is_not_blamed_on_the_browser(
    browser: Browser, server: str
):
    with open_window(browser) as page:
        page.goto(f"{server}/en/index.html")
        lose_data_once(page)
        # The theme may set the focus twice, and the second time loads the data already.
        with page.expect_event("requestfailed"):
            page.keyboard.press("Control+k")
        expect(page.locator(f"{DIALOG} input")).to_be_focused()
        page.keyboard.type("loss")
        found = page.locator(f"{DIALOG} .search-list li")
        expect(found.first).to_be_visible()
        expect(page.locator(f"{DIALOG} .search-summary")).to_have_count(1)


@pytest.mark.parametrize("asked", ["", "?q=loss"])
def test_what_is_typed_before_the_scripts_have_come_is_kept(
    browser: Browser, server: str, asked: str
):
    with open_window(browser) as page:
        held: list[Route] = []
        page.route("**/_static/search.js*", lambda route: held.append(route))
        page.goto(f"{server}/en/search.html{asked}", wait_until="commit")
        field = page.locator("main input[name=q]")
        field.fill("checkpoint")
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        expect(page.locator("main .search-list li").first).to_be_visible()
        expect(field).to_have_value("checkpoint")
        assert page.url.endswith("search.html?q=checkpoint")


def lose_data_once(page: Page) -> None:
    """Abort the first request for the data."""
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    page.route("**/search-data.js*", lose_first)


@each_language
def test_nothing_of_the_stock_search_is_in_the_site(
    built_site: Path, language: str
):
    names = {path.name for path in (built_site / language).rglob("*")}
    assert not names & {
        "searchindex.js",
        "searchtools.js",
        "language_data.js",
        "base-stemmer.js",
        "english-stemmer.js",
    }


def test_without_scripts_the_page_for_results_says_what_is_missing(
    browser: Browser, disk: str
):
    with open_window(browser, java_script_enabled=False) as page:
        page.goto(f"{disk}/zh-cn/search.html?q=梯度")
        expect(page.locator("main .admonition")).to_be_visible()
