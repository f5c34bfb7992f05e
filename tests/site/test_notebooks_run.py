"""What the notebooks of the pages do elsewhere, where only the package is installed.

The page of a notebook has run, and keeps its promises. Its notebook runs likewise, because it has the
same cells, and what it lacks is not needed: cells that are hidden, and files of the project outside of
the package. One notebook runs in Jupyter.
"""

from __future__ import annotations

import ast
import dis
import re
import sys
from copy import deepcopy
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from book.notebooks import install
from book.notebooks.last_cell import LIBRARIES
from linear_tutorial import notebook as in_notebook
from nbpromises.promises.compare import is_kept
from support.commands import EXTENSIONS, ROOT, run
from support.notebooks import (
    CODE_PAGES,
    code_cells,
    dependencies,
    execute_in_jupyter,
    hidden_cells,
    printed,
    promised_cells,
    promised_numbers,
    read_notebook,
)
from support.pages import EDITIONS, LANGUAGES, is_chinese
from support.servers import serve

SOURCE, *_ = LANGUAGES
# It prints and draws, and trains nothing.
SMALL_PAGE = "tutorial/data"
# Where the modules come from that a notebook could find.
ORIGINS = """
    from importlib.util import find_spec
    for name in "linear_tutorial", "book", "support":
        print(getattr(find_spec(name), "origin", "nowhere"))
    """


def package_alone(folder: Path) -> list[str]:
    """Return what ORIGINS prints if a folder has the package, and the project is not to be found."""
    package = folder / "linear_tutorial" / "__init__.py"
    return [str(package), "nowhere", "nowhere"]


# -- Without the project -----------------------------------------------------------------------

each_page = pytest.mark.parametrize("page", CODE_PAGES)


def test_the_wheels_of_all_editions_are_the_same(built_site: Path):
    wheels = [
        path for name in LANGUAGES for path in (built_site / name).glob("*.whl")
    ]
    assert len(wheels) == len(LANGUAGES)
    assert len({wheel.read_bytes() for wheel in wheels}) == 1


@each_page
def test_its_outputs_keep_the_promises_of_its_page(built_site: Path, page: str):
    """In the language of the source, as the code is the same in all others."""
    _, *cells, _ = code_cells(read_notebook(built_site, SOURCE, page))
    for cell, (source, promise) in zip(
        cells, promised_cells(page), strict=True
    ):
        kept = is_kept(promise, printed(cell.outputs))
        assert kept or "unchecked" in source, printed(cell.outputs)


@each_page
def test_its_page_used_no_file_of_the_project_but_the_package(
    built_site: Path, page: str
):
    """The build has watched the page and all processes that it started."""
    used = dependencies(page)
    (wheel,) = (built_site / SOURCE).glob("*.whl")
    packed = ZipFile(wheel)
    files = [
        name
        for name in used.files
        if not (ROOT / name).is_relative_to(EXTENSIONS / "nbpromises")
        and not Path(name).is_relative_to(Path(sys.prefix).resolve())
    ]
    if any("linear_tutorial" in code for code, _ in promised_cells(page)):
        assert "linear_tutorial/__init__.py" in files
    for name in files:
        assert packed.read(name) == (ROOT / name).read_bytes()
    # Nor has it read one unseen, as native code might: there are none beside the pages.
    assert used.visible == dict.fromkeys(
        ["conf.py", "linear_tutorial/__init__.py"], "a module"
    )


def test_some_pages_have_hidden_cells():
    assert any(map(hidden_cells, CODE_PAGES))


@each_page
def test_it_needs_no_hidden_cell_of_its_page(built_site: Path, page: str):
    hidden = "\n".join(hidden_cells(page))
    _, *cells, _ = code_cells(read_notebook(built_site, SOURCE, page))
    names = {
        instruction.argval
        for instruction in dis.get_instructions(compile(hidden, page, "exec"))
        if instruction.opname == "STORE_NAME"
    }
    # They do nothing but compute numbers, compare them and hand them to the prose, ...
    statements = ast.parse(hidden).body
    for statement in statements:
        match statement:
            case ast.For(body=repeated):
                statements += repeated
            case ast.Assert():
                pass
            case ast.Import() | ast.ImportFrom() | ast.Assign():
                pass
            case ast.FunctionDef() | ast.ClassDef():
                pass
            case ast.Expr(ast.Call(ast.Name("glue"))):
                pass
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(owner)))):
                assert owner in names
            case _:
                pytest.fail(ast.unparse(statement))
    # ... under names that no other cell knows.
    seen = {
        node.id
        for cell in cells
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Name)
    }
    assert not names & seen - {"_"}


# -- In Jupyter --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_jupyter(
    built_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, NotebookNode]:
    """Run a page in all languages in a kernel that installs the package first; return where to.

    It installs it from the site, as all notebooks do where the site has a public address.
    """
    folder = tmp_path_factory.mktemp("jupyter")
    target = folder / "target"
    target.mkdir()
    notebooks = [
        deepcopy(read_notebook(built_site, language, SMALL_PAGE))
        for language in LANGUAGES
    ]
    (wheel,) = (built_site / SOURCE).glob("*.whl")
    with serve(wheel.parent) as address:
        notebook = notebooks[0].copy()
        notebook.cells = [
            new_code_cell(
                install(f"{address}/{wheel.name}", EDITIONS[SOURCE]["words"])
            ),
            new_code_cell(dedent(ORIGINS)),
            *[cell for each in notebooks for cell in each.cells],
        ]
        execute_in_jupyter(
            notebook,
            folder,
            # Where pip installs, without the libraries that are there already.
            PIP_NO_DEPS="1",
            PIP_NO_INDEX="1",
            PIP_TARGET=str(target),
            PYTHONPATH=str(target),
        )
    return target, notebook


def test_with_an_address_it_installs_the_package_from_there(
    in_jupyter: tuple[Path, NotebookNode],
):
    target, notebook = in_jupyter
    origins = notebook.cells[1]
    assert printed(origins.outputs).split() == package_alone(target)


def test_in_jupyter_it_prints_what_its_page_shows_in_both_languages(
    built_site: Path, in_jupyter: tuple[Path, NotebookNode]
):
    _, notebook = in_jupyter
    # Behind those that no page has.
    cells = code_cells(notebook)[2:]
    # IPython makes TensorFlow write its log among the outputs, if nobody stops it.
    assert all(
        cell.outputs == [] for cell in cells if "notebook.begin" in cell.source
    )
    shown = [
        cell
        for language in LANGUAGES
        for cell in code_cells(read_notebook(built_site, language, SMALL_PAGE))
    ]
    for cell, same in zip(cells, shown, strict=True):
        drawings = [
            output
            for output in cell.outputs
            if output.output_type == "display_data"
        ]
        if drawings:
            assert all("image/png" in drawing.data for drawing in drawings)
        elif "notebook.compare" in cell.source:
            *lines, compared = printed(cell.outputs).splitlines()
            found = [re.findall(r"\d+(?:\.\d+)+", line) for line in lines]
            assert len(found) == len(LIBRARIES)
            assert all(own == of_book for own, of_book in found)
            same, others = map(int, re.findall(r"\d+", compared))
            assert same == len(promised_numbers(cell.source)) > 5
            assert others == 0
        else:
            assert printed(cell.outputs) == printed(same.outputs), cell.source


@pytest.mark.parametrize("language", LANGUAGES)
@each_page
def test_its_last_cell_finds_the_numbers_of_its_page(
    built_site: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    language: str,
):
    monkeypatch.setattr(in_notebook, "_printed", {})
    *cells, last = code_cells(read_notebook(built_site, language, page))
    numbers = promised_numbers(last.source)
    for cell in cells:
        outputs = [
            output
            for output in cell.outputs
            if output.output_type in {"stream", "execute_result"}
        ]
        in_notebook._remember(cell.source, printed(outputs))
    assert in_notebook.compare("\n".join(numbers)) == (len(numbers), [])
    assert (
        page == "index" or len(numbers) > len(code_cells_with_text(cells)) / 2
    )


def code_cells_with_text(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells that print."""
    return [cell for cell in cells if printed(cell.outputs)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_package_it_says_how_to_install_it(
    built_site: Path, tmp_path: Path, language: str
):
    first, *_ = code_cells(read_notebook(built_site, language, SMALL_PAGE))
    result = run(sys.executable, "-P", "-c", first.source, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    message = result.stdout.strip()
    assert message == EDITIONS[language]["words"]["install_package"]
    assert is_chinese(message) == is_chinese(EDITIONS[language]["name"])


def test_another_module_that_is_missing_is_named(
    built_site: Path, tmp_path: Path
):
    package = tmp_path / "linear_tutorial"
    package.mkdir()
    (package / "__init__.py").write_text("import no_tensorflow")
    first, *_ = code_cells(read_notebook(built_site, SOURCE, SMALL_PAGE))
    result = run(sys.executable, "-c", first.source, cwd=tmp_path)
    assert "No module named 'no_tensorflow'" in result.stderr
    assert result.stdout == ""


def test_the_last_cell_works_without_the_others(
    built_site: Path, tmp_path: Path
):
    *_, last = code_cells(read_notebook(built_site, SOURCE, SMALL_PAGE))
    command = sys.executable, "-c", last.source
    result = run(*command, cwd=tmp_path, PYTHONPATH=str(ROOT))
    assert result.returncode == 0, result.stderr
    assert "tensorflow" in result.stdout
