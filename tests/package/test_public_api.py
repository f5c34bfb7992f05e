"""The public names of the package can be imported and are documented."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages

import pytest

import linear_tutorial

MODULES = [
    import_module(module.name)
    for module in walk_packages(linear_tutorial.__path__, "linear_tutorial.")
    if "._" not in module.name
]
PUBLIC = [
    value
    for module in MODULES
    for name, value in vars(module).items()
    if not name.startswith("_")
    and getattr(value, "__module__", None) == module.__name__
]
# The functions of a command print their results.
FUNCTIONS = [
    value
    for value in PUBLIC
    if inspect.isfunction(value)
    and value.__module__ != "linear_tutorial.scale_out.worker"
]
CLASSES = [value for value in PUBLIC if inspect.isclass(value)]


def full_name(value: Callable) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def test_all_names_of_the_design_are_exported():
    names = (
        "TRUE_W TRUE_B NUM_EXAMPLES true_line make_data Model LinearModel "
        "KerasLinearModel mean_squared_error train_step training_loop History report"
    )
    assert set(names.split()) <= set(linear_tutorial.__all__)


def test_the_constants_are_those_of_the_tutorial():
    constants = (
        linear_tutorial.TRUE_W,
        linear_tutorial.TRUE_B,
        linear_tutorial.NUM_EXAMPLES,
    )
    assert constants == (3.0, 2.0, 201)


@pytest.mark.parametrize("function", FUNCTIONS, ids=full_name)
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
