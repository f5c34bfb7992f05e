"""Every translated notebook runs in Jupyter, and prints the numbers of its page.

Its code is that of the page with other words, some of which tell things apart: keys, names that are
compared. A page's own run shows nothing of them.
"""

import re
from copy import deepcopy
from pathlib import Path

import pytest

from support.commands import ROOT
from support.notebooks import (
    CODE_PAGES,
    code_cells,
    execute_in_jupyter,
    printed,
    promised_numbers,
    read_notebook,
)
from support.pages import LANGUAGES

_, *TRANSLATED = LANGUAGES


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("page", CODE_PAGES)
def test_a_translated_notebook_prints_the_numbers_of_its_page(
    built_site: Path, tmp_path: Path, page: str, language: str
):
    notebook = deepcopy(read_notebook(built_site, language, page))
    execute_in_jupyter(notebook, tmp_path, PYTHONPATH=str(ROOT))
    *_, last = code_cells(notebook)
    numbers = promised_numbers(last.source)
    if numbers:
        *_, compared = printed(last.outputs).splitlines()
        same, others = map(int, re.findall(r"\d+", compared))
        assert (same, others) == (len(numbers), 0)
