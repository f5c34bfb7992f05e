"""Kill builds at random moments with SIGKILL; each time, the next build must be right.

A copy of the project goes back and forth between two states, as with a change of branch. In each
round a build of the other state is started, and one of its processes, or all of them, are killed.
Then nothing may be left running, and a second build, without any cleaning, must give the very site
that a build from nothing gave.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from support.commands import ROOT, run
from support.projects import contents, copy_sources

ROUNDS = 50
STATES = ("as it is", "edited")
EDITED = (
    (
        "linear_tutorial/figures/_style.py",
        "from matplotlib.axes",
        "\nfrom matplotlib.axes",
    ),
    ("docs/tutorial/data.md", "## One batch", "## A single batch"),
    (
        "docs/locales/zh_CN/LC_MESSAGES/tutorial/data.po",
        '"One batch"',
        '"A single batch"',
    ),
)


def main() -> int:
    """Run all rounds; the argument, if there is one, seeds the choice of moments."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else time.time_ns() % 10**6
    chance = random.Random(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / ".venv").symlink_to(ROOT / ".venv")
        sites, longest = build_both(project)
        states = itertools.cycle(STATES)
        kills = right = 0
        while kills < ROUNDS:
            state = next(states)
            put(project, state)
            if chance.random() < 0.5:
                shutil.rmtree(
                    project / "_build" / "executed", ignore_errors=True
                )
            seconds = chance.uniform(0, longest)
            killed, left = kill_a_build(project, seconds, chance)
            if not killed:
                continue
            result = run("make", "html", cwd=project)
            if result.returncode != 0:
                verdict = f"FAILED:\n{result.stderr}"
            elif wrong := differences(
                contents(project / "_build" / "html"), sites[state]
            ):
                verdict = f"WRONG SITE: {wrong}"
            elif left:
                verdict = f"LEFT RUNNING: {left}"
            else:
                verdict = "right"
            kills += 1
            right += verdict == "right"
            print(
                f"{kills:2} killed {killed} after {seconds:4.1f} s: {verdict}",
                flush=True,
            )
    print(f"{right} of {kills} builds after a kill were right")
    return 0 if right == kills else 1


def differences(site: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    """Name the files that are not as they should be, with the first bytes that differ."""
    return [
        f"{name}: {_around(site.get(name, b''), right.get(name, b''))}"
        for name in sorted(site.keys() | right.keys())
        if site.get(name) != right.get(name)
    ]


def _around(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    pairs = itertools.zip_longest(one, other)
    places = (place for place, (a, b) in enumerate(pairs) if a != b)
    first = next(places, 0)
    part = slice(max(first - 80, 0), first + 80)
    return one[part], other[part]


def build_both(project: Path) -> tuple[dict[str, dict[str, bytes]], float]:
    """Build each state from nothing; return the sites, and the longest time that it took."""
    sites = {}
    longest = 0.0
    for state in STATES:
        put(project, state)
        shutil.rmtree(project / "_build", ignore_errors=True)
        start = time.monotonic()
        result = run("make", "html", cwd=project)
        if result.returncode != 0:
            sys.exit(f"error: {state!r} does not build:\n{result.stderr}")
        longest = max(longest, time.monotonic() - start)
        sites[state] = contents(project / "_build" / "html")
    return sites, longest


def put(project: Path, state: str) -> None:
    """Bring the sources into a state."""
    copy_sources(project)
    for name, old, new in EDITED if state == "edited" else ():
        path = project / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            sys.exit(f"error: {name} has no {old!r}")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def kill_a_build(
    project: Path, seconds: float, chance: random.Random
) -> tuple[str, list[str]]:
    """Start a build, kill one or all of its processes, and tell which survived its end.

    Nothing is killed of a build that ends sooner.
    """
    build = subprocess.Popen(
        ["make", "html"],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        build.wait(seconds)
        return "", []
    top = psutil.Process(build.pid)
    processes = [top, *top.children(recursive=True)]
    all_of_them = chance.random() < 0.5
    victims = processes if all_of_them else [chance.choice(processes)]
    for victim in victims:
        if victim.is_running():
            os.kill(victim.pid, 9)
    build.wait()
    _, alive = psutil.wait_procs(processes, timeout=10)
    killed = "all" if all_of_them else f"1 of {len(processes)}"
    return killed, [" ".join(process.cmdline()) for process in alive]


if __name__ == "__main__":
    sys.exit(main())
