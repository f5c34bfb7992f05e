"""The wheel of the package is another version whenever its content is another."""

import shutil
from email.parser import HeaderParser
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

from book.notebooks.package import add_wheel, wheel_name
from support.commands import ROOT


def built_wheel(project: Path, folder: Path) -> Path:
    folder.mkdir()
    builder = SimpleNamespace(name="html")
    app = SimpleNamespace(confdir=project, outdir=folder, builder=builder)
    add_wheel(app)
    (wheel,) = folder.iterdir()
    assert wheel.name == wheel_name(app)
    readme = project / "README.md"
    text = readme.read_text("utf-8")
    # Whoever edits the project during a build gets links to the wheel that is there.
    readme.write_text(f"{text}More.\n", "utf-8")
    assert wheel.name == wheel_name(app)
    readme.write_text(text, "utf-8")
    return wheel


def test_pip_can_tell_a_changed_package_from_the_one_before(tmp_path: Path):
    project = tmp_path / "project"
    project.mkdir()
    for name in "pyproject.toml", "README.md", "LICENSE":
        shutil.copy(ROOT / name, project)
    shutil.copytree(ROOT / "linear_tutorial", project / "linear_tutorial")
    first = built_wheel(project, tmp_path / "first")
    for name in ".env", ".loss.py.swp", "loss.py~":
        (project / "linear_tutorial" / name).write_text("left behind")
    again = built_wheel(project, tmp_path / "again")
    assert (first.name, first.read_bytes()) == (again.name, again.read_bytes())

    changed = project / "linear_tutorial" / "data.py"
    changed.write_text(f"{changed.read_text('utf-8')}\nNEW = 1\n", "utf-8")
    wheels = first, built_wheel(project, tmp_path / "changed")
    versions = []
    for wheel in wheels:
        with ZipFile(wheel) as packed:
            (metadata,) = (
                n for n in packed.namelist() if n.endswith("METADATA")
            )
            about = HeaderParser().parsestr(packed.read(metadata).decode())
        versions.append(about["Version"])
        assert about["Version"] in wheel.name
    assert versions[0] != versions[1]
    # The project itself is as it was.
    assert 'version = "0.1.0"' in (project / "pyproject.toml").read_text(
        "utf-8"
    )
