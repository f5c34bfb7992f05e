"""Pages and commands import what they use, so an edit executes no other page.

A page is executed again when a module that it imports, directly or indirectly, has changed.
"""

import ast
import re
from modulefinder import ModuleFinder
from pathlib import Path

import pytest

from support.commands import ROOT

DOCS = ROOT / "docs"
PAGES = [
    path.relative_to(DOCS).as_posix()
    for path in sorted(DOCS.rglob("*.md"))
    if "{code-cell}" in path.read_text(encoding="utf-8")
    and not path.relative_to(DOCS).parts[0].startswith("_")
]
CELL = re.compile(
    r"^```\{code-cell\} ipython3\n(?::.*\n)*((?s:.*?))^```$", re.MULTILINE
)


def code_of(page: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    return "\n".join(CELL.findall(text))


def imported_by(code: str, folder: Path) -> dict[str, Path]:
    """Return the modules of the package that a program imports, with their files."""
    program = folder / "program.py"
    program.write_text(code, encoding="utf-8")
    finder = ModuleFinder(path=[str(ROOT)])
    finder.run_script(str(program))
    return {
        name: Path(module.__file__)
        for name, module in finder.modules.items()
        if name.startswith("linear_tutorial")
    }


def figures_in(path: Path) -> set[str]:
    """Return the figures that a module defines."""
    return {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("plot_")
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_imports_no_figure_that_it_does_not_draw(
    page: str, tmp_path: Path
):
    code = code_of(page)
    modules = imported_by(code, tmp_path)
    drawn = {
        node.func.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("plot_")
    }
    assert set().union(*map(figures_in, modules.values())) == drawn


def test_figures_are_drawn_by_pages():
    assert sum("plot_" in code_of(page) for page in PAGES) == 12


def test_the_package_itself_imports_only_the_first_half(tmp_path: Path):
    modules = imported_by("import linear_tutorial", tmp_path)
    assert modules.keys() == {
        "linear_tutorial",
        *(
            f"linear_tutorial.{name}"
            for name in ("_checks", "data", "loss", "models", "training")
        ),
    }


@pytest.mark.parametrize("command", ["resumable.__main__", "scale_out.worker"])
def test_a_command_imports_no_figures(command: str, tmp_path: Path):
    modules = imported_by(f"import linear_tutorial.{command}", tmp_path)
    assert f"linear_tutorial.{command}" in modules
    assert not any("figures" in name for name in modules)
