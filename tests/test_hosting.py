"""The files that tell others how to build, test and publish."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from support.commands import ROOT, run
from support.sites import Site

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
MATCHER = ROOT / ".github" / "sphinx.json"
READTHEDOCS = ROOT / ".readthedocs.yaml"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        *[("github-workflows", path) for path in WORKFLOWS],
        ("dependabot", DEPENDABOT),
        ("readthedocs", READTHEDOCS),
    ],
    ids=lambda value: getattr(value, "name", value),
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


def test_the_workflow_tests_the_oldest_versions_that_the_package_supports():
    workflow = yaml.safe_load(WORKFLOW.read_text())
    job = workflow["jobs"]["oldest"]
    assert "make oldest" in [step.get("run") for step in job["steps"]]
    # There is no TensorFlow 2.16 for Python 3.13.
    assert job["container"].startswith("python:3.11")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_digest_and_may_only_read(path: Path):
    text = path.read_text(encoding="utf-8")
    for action in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+(\.\d+)*", action)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"]
    for job in workflow["jobs"].values():
        # What was just installed from an index runs in jobs that cannot write.
        installs = any(
            re.search(r"\bmake\b|\.ci/run", step.get("run", ""))
            for step in job["steps"]
        )
        assert not (installs and job.get("permissions"))


def test_on_github_an_error_of_a_page_is_shown_at_its_line(site: Site):
    page = site.write_page("{nosuchrole}`text`")
    # GitHub's runner removes the codes of colours before it compares.
    said = re.sub(r"\x1b\[[0-9;]*m", "", site.build().said)
    (matcher,) = json.loads(MATCHER.read_text())["problemMatcher"]
    (pattern,) = matcher["pattern"]
    found = re.search(pattern["regexp"], said, re.MULTILINE)
    assert found, said
    assert found[pattern["file"]] == str(page)
    assert found[pattern["line"]] == "11"
    assert "nosuchrole" in found[pattern["message"]]


def test_on_github_a_failing_docstring_is_shown_at_its_line(tmp_path: Path):
    module = tmp_path / "sums.py"
    module.write_text('"""Sums.\n\n>>> 1 + 1\n2\n>>> 1 + 2\n4\n"""\n')
    command = [sys.executable, "-m", "pytest", "-n0", "--doctest-modules"]
    result = run(*command, module, cwd=tmp_path, GITHUB_ACTIONS="true")
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert re.search(r"^::error file=\S*sums\.py,line=\d", said, re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_leaves_no_markup_over(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    html = MarkdownIt("commonmark").enable("table").render(text)
    prose = re.sub(r"<(pre|code)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.findall(r"\*|`|\]\(", prose)


@pytest.mark.parametrize("variable", ["LANG", "LC_ALL", "LC_CTYPE"])
def test_a_locale_that_is_not_installed_is_none_to_the_targets(variable: str):
    code = "import locale; locale.setlocale(locale.LC_ALL, '')"
    rule = f'set: ; @{sys.executable} -c "{code}"'
    others = dict.fromkeys(["LANG", "LC_ALL", "LC_CTYPE"], "")
    result = run(
        *["make", "--eval", rule, "set"], **others | {variable: "xx_YY.UTF-8"}
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("folder", ["docs", "tests"])
def test_the_name_of_a_folder_is_no_target(folder: str):
    result = run("make", folder)
    assert result.returncode == 2
    assert "do you mean 'make html' or 'make test'?" in result.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what `make` needs to look at the environment."""
    for name in "Makefile", "requirements.txt":
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("python", ["", "no-such-python", "a folder/python3"])
def test_a_python_that_is_missing_is_named(checkout: Path, python: str):
    result = run("make", "html", f"PYTHON={python}", cwd=checkout)
    assert result.returncode == 2
    assert f"but '{python}' is missing" in result.stderr
    assert "Setting up" not in result.stdout


@pytest.fixture
def environment(checkout: Path) -> Path:
    """Make an environment of this Python that is ready for the lock."""
    environment = checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(checkout / "requirements.txt", environment / "ready-for.txt")
    return environment


def test_an_environment_for_another_lock_is_not_ready(
    checkout: Path, environment: Path
):
    ready = environment / "ready-for.txt"
    run("make", "help", cwd=checkout)
    assert ready.exists()
    lock = checkout / "requirements.txt"
    lock.write_text("numpy==2.0\n")
    # As of a copy that keeps times.
    os.utime(lock, (0, 0))
    run("make", "help", cwd=checkout)
    assert not ready.exists()


def test_an_environment_that_is_ready_needs_no_other_python(
    checkout: Path, environment: Path
):
    # As git does that switches branches and back.
    os.utime(environment / "ready-for.txt", (0, 0))
    ready = [".venv/ready-for.txt", "PYTHON=no-such-python"]
    result = run("make", *ready, cwd=checkout)
    assert result.returncode == 0, result.stderr
    assert (environment / "bin/python").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_another_user_s_environment_is_left_alone(
    checkout: Path, environment: Path
):
    python = environment / "bin" / "python"
    python.unlink()
    python.symlink_to(checkout / "out of reach")
    os.chown(environment, 65534, 65534)
    result = run("make", "help", cwd=checkout)
    assert result.stderr == ""
    assert python.is_symlink()


def test_an_environment_without_its_python_loses_no_other_file(checkout: Path):
    environment = checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(checkout / "gone")
    (environment / "ready-for.txt").write_text("an older lock")
    (environment / "notes.txt").write_text("the user's")
    run("make", "help", cwd=checkout)
    left = {path.name for path in environment.rglob("*") if path.is_file()}
    assert left == {"notes.txt"}
    assert not (environment / "bin" / "python").is_symlink()
