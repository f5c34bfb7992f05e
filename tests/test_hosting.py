"""The files that tell others how to build, test and publish."""

import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from support.commands import ROOT, run

WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"
READTHEDOCS = ROOT / ".readthedocs.yaml"


@pytest.mark.parametrize(
    ("schema", "path"),
    [("github-workflows", WORKFLOW), ("readthedocs", READTHEDOCS)],
    ids=["github", "readthedocs"],
)
def test_the_file_is_what_the_host_expects(schema: str, path: Path):
    result = run(
        *[sys.executable, "-m", "check_jsonschema"],
        *["--builtin-schema", f"vendor.{schema}", path],
    )
    assert result.returncode == 0, result.stdout


def test_the_workflow_covers_every_python_that_the_package_supports():
    workflow = yaml.safe_load(WORKFLOW.read_text())
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"]
    assert versions == ["3.11", "3.12", "3.13"]
    steps = [step.get("run") for step in workflow["jobs"]["test"]["steps"]]
    assert "make html" in steps
    assert "bash .ci/run" in steps


def test_on_github_a_failing_docstring_is_shown_at_its_line(tmp_path: Path):
    module = tmp_path / "sums.py"
    module.write_text('"""Sums.\n\n>>> 1 + 1\n2\n>>> 1 + 2\n4\n"""\n')
    result = run(
        *[sys.executable, "-m", "pytest", "-n0", "-p", "conftest"],
        *["--doctest-modules", module],
        GITHUB_ACTIONS="true",
        PYTHONPATH=os.pathsep.join([f"{ROOT}/docs/_ext", f"{ROOT}/tests"]),
    )
    assert result.returncode == 1
    assert re.search(
        r"^::error file=\S*sums\.py,line=5::.*%0AGot:%0A    3%0A",
        result.stderr,
        re.MULTILINE,
    )
