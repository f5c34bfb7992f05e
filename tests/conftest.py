"""What several groups of tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Before any test imports TensorFlow.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and keep what it says."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def built_site() -> Path:
    """Build both languages as `make html` does, and return the folder."""
    result = run("make", "html")
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "_build" / "html"


@pytest.fixture
def copy_of_project(built_site: Path, tmp_path: Path) -> Path:
    """Copy the project, with its executed outputs and its environment, to a folder to break."""
    ...
