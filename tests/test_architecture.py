"""The code is formatted, linted and typed, and its imports go one way."""

import sys
from pathlib import Path

import pytest

from support.commands import EXTENSIONS, run

PYTHON = Path(sys.executable)


@pytest.mark.parametrize(
    "command",
    [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]],
    ids=" ".join,
)
def test_the_code_is_formatted_linted_and_typed(command: list[str]):
    result = run(PYTHON, "-m", *command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_imports_go_one_way():
    lint = PYTHON.with_name("lint-imports")
    result = run(PYTHON, lint, "--no-cache", PYTHONPATH=str(EXTENSIONS))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("package", ["nbpromises", "editions"])
def test_a_package_is_imported_without_sphinx(package: str):
    code = f"import sys, {package}; print('sphinx' in sys.modules)"
    result = run(PYTHON, "-c", code, PYTHONPATH=str(EXTENSIONS))
    assert result.stdout == "False\n", result.stderr
