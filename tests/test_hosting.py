"""The files that tell others how to build, test and publish."""

import sys
from pathlib import Path

import lxml.html
import pytest
import yaml

from conftest import ROOT, run

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


def test_the_hosted_build_publishes_both_languages(project: Path):
    address = "https://example.org/book/"
    for command in yaml.safe_load(READTHEDOCS.read_text())["build"]["commands"]:
        result = run(
            *["bash", "-c", command],
            cwd=project,
            READTHEDOCS_OUTPUT=str(project / "output"),
            READTHEDOCS_CANONICAL_URL=address,
        )
        assert result.returncode == 0, result.stderr
    html = project / "output" / "html"
    for page in "index", "en/index", "zh-cn/index":
        assert (html / f"{page}.html").is_file()
    path = html / "zh-cn" / "tutorial" / "data.html"
    links = {
        (link.get("rel"), link.get("hreflang")): link.get("href")
        for link in lxml.html.parse(path).xpath("//head/link")
    }
    chinese = f"{address}zh-cn/tutorial/data.html"
    assert links["canonical", None] == chinese
    assert links["alternate", "zh-CN"] == chinese
    assert links["alternate", "en"] == f"{address}en/tutorial/data.html"
