"""The package of this book as a wheel, for notebooks to install from the site."""

import os
import subprocess
import sys
from pathlib import Path


def build_wheel(project: Path, folder: Path) -> str:
    """Build the wheel of the project into a folder, and return its name."""
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "flit_core.wheel", "--outdir", folder],
        cwd=project,
        # By default the wheel holds the times of the files, which differ between two clones.
        env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel.name
