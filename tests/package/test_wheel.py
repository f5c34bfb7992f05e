"""What is installed."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from flit_core import buildapi

from support.commands import ROOT


def test_a_wheel_holds_the_package_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(ROOT)
    wheel = tmp_path / buildapi.build_wheel(os.fspath(tmp_path))
    packed = {
        name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name
    }
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "linear_tutorial").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert packed == sources
    assert {
        "linear_tutorial/figures/style.mplstyle",
        "linear_tutorial/py.typed",
        "linear_tutorial/replay/recorded-run.json",
    } <= packed
