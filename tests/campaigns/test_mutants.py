"""The list of sabotages fits the project as it is."""

import tomllib

import pytest

from support.commands import ROOT

MUTANTS = tomllib.loads(
    (ROOT / "tests" / "campaigns" / "mutants.toml").read_text()
)["mutant"]


@pytest.mark.parametrize(
    "mutant", MUTANTS, ids=[mutant["name"] for mutant in MUTANTS]
)
def test_a_mutant_changes_something(mutant: dict[str, str]):
    text = (ROOT / mutant["file"]).read_text(encoding="utf-8")
    assert mutant["old"] in text
    assert mutant["new"] != mutant["old"]


def test_there_are_enough_of_them():
    assert len(MUTANTS) >= 40
