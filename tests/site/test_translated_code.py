"""Code, outputs and figures of Chinese pages are Chinese, and their notebooks print what the pages show."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path

import pytest
from nbformat import NotebookNode

from editions.code_words import COMMENT, DOCSTRING, LABEL, shown_pieces
from editions.drawings import drawn_words
from nbpromises.execution.messages import Cell, Output, Task
from nbpromises.execution.run import run_page, start_fork_server
from nbpromises.execution.surroundings import page_environment
from support.commands import ROOT
from support.notebooks import CODE_PAGES, code_cells, read_notebook
from support.pages import EDITIONS, LANGUAGES, is_chinese, read_article

SOURCE, CHINESE = LANGUAGES
SOLUTION = EDITIONS[CHINESE]["words"]["solution"]
FIRST_HALF = [
    page for page in CODE_PAGES if page == "index" or "tutorial/" in page
]
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
# Functions whose names are legends.
NAMES = {"fit", "training_loop", "SGD", "Adam", "NumPy"}
# A number of seconds, which differs from run to run.
DURATION = re.compile(r"\d+m?s\b")

each_page = pytest.mark.parametrize("page", CODE_PAGES)


def notebook_cells(site: Path, language: str, page: str) -> list[NotebookNode]:
    """Return the cells of a page's notebook without the first and the last, which no page has."""
    return code_cells(read_notebook(site, language, page))[1:-1]


def printed(outputs: list[Output] | list[NotebookNode]) -> str:
    """Return the text of outputs, without figures, whose labels are the package's, and TensorFlow's log."""
    texts = [
        output.get("text", output.get("data", {}).get("text/plain", ""))
        for output in outputs
        if "image/svg+xml" not in output.get("data", {})
        and output.get("name") != "stderr"
    ]
    return DURATION.sub("...", "\n".join(texts))


@each_page
def test_no_english_sentence_is_left_in_comments_docstrings_and_labels(
    built_site: Path, page: str
):
    article = read_article(built_site, CHINESE, page)
    blocks = article.xpath(
        ".//div[contains(@class, 'cell_input') or contains(@class, 'highlight-python')]//pre"
    )
    assert blocks
    for block in blocks:
        in_cell = block.xpath("ancestor::div[contains(@class, 'cell_input')]")
        kinds = (COMMENT, DOCSTRING, LABEL) if in_cell else (COMMENT, DOCSTRING)
        for piece in shown_pieces(block.text_content(), kinds):
            words = re.sub(r"\{.*?\}", "", piece.message)
            assert is_chinese(words) or not SENTENCE.search(words)


@each_page
def test_no_english_label_is_left_in_outputs(built_site: Path, page: str):
    chinese = notebook_cells(built_site, CHINESE, page)
    kept = {piece.message for cell in chinese for piece in labels(cell)}
    kept |= NAMES
    shown = "\n".join(printed(cell.outputs) for cell in chinese)
    for cell in notebook_cells(built_site, SOURCE, page):
        for piece in labels(cell):
            if piece.message not in kept and not piece.has_fields:
                alone = rf"(?<!\w){re.escape(piece.message)}(?!\w)"
                assert not re.search(alone, shown), piece.message


def labels(cell: NotebookNode) -> list:
    return shown_pieces(cell.source, (LABEL,))


@each_page
def test_no_english_word_is_left_in_figures(built_site: Path, page: str):
    article = read_article(built_site, CHINESE, page)
    folder = (built_site / CHINESE / page).parent
    for source in article.xpath(".//figure//img/@src"):
        svg = (folder / source).read_text(encoding="utf-8")
        for words in drawn_words(svg):
            # Formulas are no words.
            assert is_chinese(words) or words in NAMES or "dL/d" in words


@each_page
def test_notebook_and_page_have_the_same_code_and_outputs(
    built_site: Path, page: str
):
    article = read_article(built_site, CHINESE, page)
    boxes = article.xpath(
        ".//div[@class and contains(concat(' ', @class, ' '), ' cell ')]"
    )
    cells = notebook_cells(built_site, CHINESE, page)
    for box, cell in zip(boxes, cells, strict=True):
        (code,) = box.xpath(".//div[contains(@class, 'cell_input')]//pre")
        # A notebook has a title where the page has a button.
        source = cell.source.removeprefix(f"# @title {SOLUTION}\n")
        assert code.text_content().strip() == source.strip()
        texts = box.xpath(".//div[contains(@class, 'cell_output')]//pre")
        shown = "\n".join(text.text_content() for text in texts)
        assert (
            DURATION.sub("...", shown).split() == printed(cell.outputs).split()
        )


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Start a fork server as a build does, and return the variables of its pages."""
    settings = runpy.run_path(str(ROOT / "conf.py"))
    variables = page_environment(
        os.environ, settings["nbpromises_environment"], [], [ROOT]
    )
    start_fork_server(variables, settings["nbpromises_preload"])
    return variables


@pytest.mark.parametrize("page", FIRST_HALF)
def test_a_chinese_notebook_prints_what_the_chinese_page_shows(
    built_site: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    environment: dict[str, str],
    page: str,
):
    """So translations have changed words, and nothing else."""
    cells = notebook_cells(built_site, CHINESE, page)
    task = Task(
        [Cell(cell.source, may_fail=False) for cell in cells],
        tmp_path,
        ROOT,
        tmp_path_factory.mktemp("temporary"),
        environment,
    )
    run = run_page(task, timeout=600)
    for cell, outputs in zip(cells, run.outputs, strict=True):
        assert printed(outputs) == printed(cell.outputs)
