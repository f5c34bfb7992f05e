"""Make files to take along from the site that was built: `python -m book.offline FOLDER epub pdf zip`."""

import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from editions.build import SiteBuild
from nbpromises.execution.dependencies import files_below

from . import FOLDER, SUFFIXES, file_name
from .archive import write_zip
from .pdf import print_edition


def main(root: Path, suffixes: list[str]) -> None:
    """Write the files of these kinds into `_build/offline`."""
    build = SiteBuild(root)
    folder = build.folder / FOLDER
    folder.mkdir(exist_ok=True)
    for suffix in suffixes:
        WRITERS[suffix](build, folder)
        names = sorted(path.name for path in folder.glob(f"*.{suffix}"))
        print(f"In _build/{FOLDER}: {', '.join(names)}")


def write_epubs(build: SiteBuild, folder: Path) -> None:
    """Let Sphinx write all editions side by side, from the doctrees of the site."""
    running = []
    for language, edition in build.editions.items():
        output = build.folder / "epub" / edition["folder"]
        # Whatever lies there would be taken along.
        shutil.rmtree(output, ignore_errors=True)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-c", "."]
        command += ["-b", "epub", "-d", str(build.doctrees(language))]
        command += ["-D", f"language={language}", "docs", str(output)]
        process = subprocess.Popen(command, cwd=build.root)  # noqa: S603
        name = file_name(build.settings["project"], "epub", edition)
        running.append((process, output / "book.epub", folder / name))
    for process, made, target in running:
        if process.wait() != 0:
            raise ValueError(f"Sphinx could not write {target.name}")
        shutil.copyfile(made, target)


def write_pdfs(build: SiteBuild, folder: Path) -> None:
    """Print all editions."""
    address = build.settings["editions_address"]
    for edition in build.editions.values():
        name = file_name(build.settings["project"], "pdf", edition)
        document = build.folder / "pdf" / f"{edition['folder']}.html"
        document.parent.mkdir(exist_ok=True)
        pdf = print_edition(build.site, edition, address, document)
        (folder / name).write_bytes(pdf)


def write_site(build: SiteBuild, folder: Path) -> None:
    """Zip the site, whose links to the other files lead to where they are published."""
    project = build.settings["project"]
    public = f'href="{build.settings["editions_address"]}{FOLDER}/'.encode()
    files = {
        f"{project}/{path.relative_to(build.site).as_posix()}": path.read_bytes()
        for path in sorted(files_below(build.site))
    }
    local = f'href="../{FOLDER}/'.encode()
    write_zip(
        folder / f"{project}.zip",
        {
            name: content.replace(local, public)
            if name.endswith(".html")
            else content
            for name, content in files.items()
        },
    )


WRITERS = {"epub": write_epubs, "pdf": write_pdfs, "zip": write_site}

if __name__ == "__main__":
    parser = ArgumentParser("python -m book.offline", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of conf.py")
    parser.add_argument("suffixes", nargs="+", choices=SUFFIXES)
    given = parser.parse_args()
    try:
        main(given.folder.resolve(), given.suffixes)
    except KeyboardInterrupt:
        sys.exit("interrupted")
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
