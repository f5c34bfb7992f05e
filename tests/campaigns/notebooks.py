"""Every translated notebook runs in Jupyter, and prints the numbers of its page.

Its code is that of the page with other words, some of which tell things apart: keys, names that are
compared. A page's own run shows nothing of them.
"""

from copy import deepcopy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from support.commands import ROOT
from support.notebooks import (
    CODE_PAGES,
    code_cells,
    execute_in_jupyter,
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
    *_, last = code_cells(notebook)
    if numbers := promised_numbers(last.source):
        # Its last cell has compared them.
        check = f"assert (same, others) == ({len(numbers)}, []), (same, others)"
        notebook.cells.append(new_code_cell(check))
    execute_in_jupyter(notebook, tmp_path, PYTHONPATH=str(ROOT))
