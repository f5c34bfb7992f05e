"""The package of this book as a wheel, for notebooks to install from the site."""

import os
import subprocess
import sys

from sphinx.application import Sphinx


def add_wheel(app: Sphinx) -> None:
    """Build the wheel of the project into the edition that is built."""
    if app.builder.name == "html":
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "flit_core.wheel", "--outdir", app.outdir],
            cwd=app.confdir,
            # By default the wheel holds the times of the files, which differ between two clones.
            env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
