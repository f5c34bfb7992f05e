"""The package as those who install it see it."""

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from flit_core import buildapi

import linear_tutorial
from support.commands import ROOT, run

PUBLIC = [
    value
    for module in pkgutil.iter_modules(linear_tutorial.__path__)
    if not module.name.startswith("_")
    for name, value in vars(
        importlib.import_module(f"linear_tutorial.{module.name}")
    ).items()
    if not name.startswith("_")
    and getattr(value, "__module__", None) == f"linear_tutorial.{module.name}"
]
# What only the command of a module calls has no result to show.
FUNCTIONS = [
    value
    for value in PUBLIC
    if inspect.isfunction(value)
    and value.__module__ != "linear_tutorial.worker"
]
CLASSES = [value for value in PUBLIC if inspect.isclass(value)]


def full_name(value: Callable) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def test_all_names_of_the_design_can_be_imported_and_nothing_is_printed():
    names = (
        "TRUE_W TRUE_B NUM_EXAMPLES true_line make_data LinearModel KerasLinearModel "
        "mean_squared_error train_step training_loop History report"
    )
    code = f"from linear_tutorial import *; {names.replace(' ', ', ')}"
    result = run(sys.executable, "-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""


def test_the_constants_are_those_of_the_tutorial():
    constants = (
        linear_tutorial.TRUE_W,
        linear_tutorial.TRUE_B,
        linear_tutorial.NUM_EXAMPLES,
    )
    assert constants == (3.0, 2.0, 201)


@pytest.mark.parametrize(
    "function",
    FUNCTIONS,
    ids=full_name,
)
def test_a_docstring_tells_arguments_result_and_shows_an_example(function):
    text = inspect.getdoc(function)
    assert text.splitlines()[0].endswith(".")
    for heading in ("Returns:", "Example:", ">>> "):
        assert heading in text
    for name in inspect.signature(function).parameters:
        assert f"    {name}: " in text.partition("Args:")[2]


@pytest.mark.parametrize("value", CLASSES, ids=full_name)
def test_every_class_is_documented(value: type):
    assert inspect.getdoc(value)


def test_a_wheel_holds_the_package_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(ROOT)
    wheel = tmp_path / buildapi.build_wheel(os.fspath(tmp_path))
    packed = {
        name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name
    }
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "linear_tutorial").iterdir()
        if path.is_file()
    }
    assert packed == source
    assert {
        "linear_tutorial/figures.mplstyle",
        "linear_tutorial/py.typed",
    } <= packed


@pytest.mark.parametrize(
    "command",
    [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]],
    ids=" ".join,
)
def test_the_code_is_formatted_linted_and_typed(command: list[str]):
    result = run(sys.executable, "-m", *command)
    assert result.returncode == 0, result.stdout + result.stderr
