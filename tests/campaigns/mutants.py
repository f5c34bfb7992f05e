"""Sabotage a copy of the project in many small ways, and see whether the build notices each.

The list is `mutants.toml`. A mutant is caught if `make html` fails and says where; the run ends with
the score, and fails if a mutant survives.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from support.commands import ROOT, run
from support.projects import copy_sources

# What Sphinx puts in front of an error: a file, mostly with a line.
PLACE = re.compile(
    r"(\S+\.(?:md|rst|po|py|inv))\S*?:(?:\d+:)? \w*(?:ERROR|WARNING)"
)


def places(said: str) -> list[str]:
    """Return the names of the files that a build complained about."""
    return sorted({Path(place).name for place in PLACE.findall(said)})


def main() -> int:
    """Run the campaign on the mutants whose name holds the argument, if there is one."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    mutants = [
        mutant
        for mutant in tomllib.loads(
            (ROOT / "tests/campaigns/mutants.toml").read_text()
        )["mutant"]
        if chosen in mutant["name"]
    ]
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        copy_sources(project)
        (project / ".venv").symlink_to(ROOT / ".venv")
        if run("make", "html", cwd=project).returncode != 0:
            sys.exit("error: the project does not build even without a mutant")

        for mutant in mutants:
            path = project / mutant["file"]
            text = path.read_text(encoding="utf-8")
            if mutant["old"] not in text:
                sys.exit(
                    f"error: {mutant['name']!r}: {mutant['file']} has no {mutant['old']!r}"
                )
            path.write_text(
                text.replace(mutant["old"], mutant["new"], 1), encoding="utf-8"
            )
            start = time.monotonic()
            result = run("make", "html", cwd=project)
            seconds = time.monotonic() - start
            path.write_text(text, encoding="utf-8")

            named = places(result.stderr)
            caught = result.returncode != 0 and bool(named)
            if not caught:
                survivors.append(mutant["name"])
            verdict = "caught  " if caught else "SURVIVED"
            print(
                f"{verdict} {seconds:5.1f} s  {mutant['name']}: {', '.join(named)}",
                flush=True,
            )

    score = len(mutants) - len(survivors)
    print(f"{score} of {len(mutants)} mutants caught")
    for name in survivors:
        print(f"survived: {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
