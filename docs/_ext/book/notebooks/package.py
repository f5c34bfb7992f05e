"""The package of this book as a wheel, for notebooks to install from the site."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from nbpromises.execution.dependencies import digest_files

# Compiled files, and what editors leave behind: hidden files and backups.
LEFT_OUT = re.compile(r"\.pyc$|~$|/\.[^/]*(/|$)")
# The key of Sphinx's metadata of a page that has a link to the wheel.
LINKS = "book_links_to_wheel"


class WheelRole(SphinxRole):
    """A link to the wheel, which lies beside the home page of each edition: {wheel}`its text`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.metadata[self.env.docname][LINKS] = True
        return [wheel_link("", self.text)], []


class wheel_link(nodes.reference):  # noqa: N801
    """A link whose address is not known before the page is written: the name of the wheel tells its content."""


def resolve_wheel_links(
    app: Sphinx, doctree: nodes.document, docname: str
) -> None:
    """Give the links to the wheel their address."""
    for link in list(doctree.findall(wheel_link)):
        address = "../" * docname.count("/") + wheel_name(app)
        new = nodes.reference("", "", *link, refuri=address, internal=True)
        link.replace_self(new)


def find_pages_with_links(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages to be written in every build, because the wheel may have another name."""
    return [page for page, about in env.metadata.items() if LINKS in about]


def add_wheel(app: Sphinx) -> None:
    """Build the wheel of the project into the edition that is built."""
    if app.builder.name == "html":
        for old in Path(app.outdir).glob("*.whl"):
            old.unlink()
        with TemporaryDirectory() as folder:
            copy_project(Path(app.confdir), Path(folder))
            subprocess.run(  # noqa: S603
                [
                    sys.executable,
                    "-m",
                    "flit_core.wheel",
                    "--outdir",
                    app.outdir,
                ],
                cwd=folder,
                # By default the wheel holds the times of the files, which differ between two clones.
                env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"},
                stdout=subprocess.DEVNULL,
                check=True,
            )


def wheel_name(app: Sphinx) -> str:
    """Return the name of the wheel beside the pages, or that which it would have."""
    project = Path(app.confdir)
    # The project may have changed since it was built.
    for built in Path(app.outdir).glob("*.whl"):
        return built.name
    name = about(project)["name"].replace("-", "_")
    return f"{name}-{wheel_version(project)}-py3-none-any.whl"


def wheel_version(project: Path) -> str:
    """Return the version of the project with a number that stands for the content of its files.

    pip does not install a wheel where it finds the same version, whatever has changed.
    """
    digest = digest_files(project, project_files(project))
    return f"{about(project)['version']}.post{int(digest[:8], 16)}"


def copy_project(project: Path, folder: Path) -> None:
    """Copy what the wheel is made of, with the version of the wheel."""
    for path in project_files(project):
        copy = folder / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    settings, version = folder / "pyproject.toml", about(project)["version"]
    text = settings.read_text(encoding="utf-8")
    before, line, after = text.partition(f'version = "{version}"\n')
    if not line:
        raise ValueError(f'{settings.name} has no line version = "{version}"')
    new = f'version = "{wheel_version(project)}"\n'
    settings.write_text(before + new + after, encoding="utf-8")


def project_files(project: Path) -> list[Path]:
    """List the files that the wheel is made of."""
    described = about(project)
    package = project / described["name"].replace("-", "_")
    return [
        project / "pyproject.toml",
        project / described["readme"],
        *[project / each for each in described["license-files"]],
        *[
            path
            for path in package.rglob("*")
            if path.is_file()
            and not LEFT_OUT.search(path.relative_to(project).as_posix())
        ],
    ]


def about(project: Path) -> dict[str, Any]:
    """Return what `pyproject.toml` says about the project in a folder."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    project_table: dict[str, Any] = tomllib.loads(text)["project"]
    return project_table
