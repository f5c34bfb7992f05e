"""The code is formatted, linted and typed."""

import sys

import pytest

from support.commands import run


@pytest.mark.parametrize(
    "command",
    [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]],
    ids=" ".join,
)
def test_the_code_is_formatted_linted_and_typed(command: list[str]):
    result = run(sys.executable, "-m", *command)
    assert result.returncode == 0, result.stdout + result.stderr
