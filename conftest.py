"""In a run of GitHub Actions, a failing test or docstring is shown at its line there."""

import os
import sys

import pytest
from _pytest.doctest import ReprFailDoctest

from github_annotations import annotation

pytest_plugins = ["pytester", "skip_if_passed"]

# Python imports it by itself, where it is meant to.
collect_ignore = ["docs/_ext/sitecustomize.py"]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write an annotation for a failure."""
    if report.failed and os.environ.get("GITHUB_ACTIONS") == "true":
        path, line, _ = report.location
        # pytest knows only where the docstring begins; the example that failed is kept here.
        if isinstance(report.longrepr, ReprFailDoctest):
            ((place, _lines),) = report.longrepr.reprlocation_lines
            line = place.lineno - 1
        text = annotation(report.longreprtext, path, str((line or 0) + 1))
        print(f"\n{text}", file=sys.stderr)
