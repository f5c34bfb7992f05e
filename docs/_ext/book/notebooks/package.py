"""The package of this book as a wheel, for notebooks to install from the site."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole


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


def wheel_name(project: Path) -> str:
    """Return the name of the wheel of the project in a folder."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    about = tomllib.loads(text)["project"]
    name = about["name"].replace("-", "_")
    return f"{name}-{about['version']}-py3-none-any.whl"


class WheelRole(SphinxRole):
    """A link to the wheel, which lies beside the home page of each edition: {wheel}`its text`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name = wheel_name(Path(self.env.app.confdir))
        address = "../" * self.env.docname.count("/") + name
        link = nodes.reference("", self.text, refuri=address, internal=True)
        return [link], []
