"""Builds that wait for each other."""

from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock

from nbpromises.locks import wait_for
from support.commands import wait_until


def test_a_build_that_waits_for_another_one_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "lock"
    other = FileLock(path)
    with wait_for(other):
        assert capsys.readouterr().out == ""
        waiting = Thread(target=wait_for, args=[FileLock(path)], daemon=True)
        waiting.start()
        said = []
        wait_until(lambda: said.append(capsys.readouterr().out) or any(said))
        assert "".join(said) == f"waits for another build, which has {path}\n"
    waiting.join(timeout=600)
    assert not waiting.is_alive()
