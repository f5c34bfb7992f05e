"""Commands that tests run in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "docs" / "_ext"


def run(
    *command: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and return what it printed."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for a condition as long as a busy machine may need."""
    end = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def error_of(main: Callable[[], object], *arguments: str | Path) -> str:
    """Run a command in this process, and return the one line with which it ends."""
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["command", *map(str, arguments)])
            with pytest.raises(SystemExit) as caught:
                main()
    finally:
        signal.signal(signal.SIGINT, before)
    said = str(caught.value)
    assert said.startswith("error: ")
    assert "\n" not in said
    return said
