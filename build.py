"""Build the site in every language at once, unless nothing has changed since it was built."""

from __future__ import annotations

import gc
import hashlib
import importlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parent.resolve()
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from dependencies import installed_versions, observe  # noqa: E402
from digest_files import digest_files, files_below  # noqa: E402
from end_with_parent import end_with_parent  # noqa: E402

# The folder of each edition, by Sphinx's name of its language.
EDITIONS = {"en": "en", "zh_CN": "zh-cn"}
BUILD = ROOT / "_build"
SITE = BUILD / "html"
# A site is written anew and takes its place when it is whole: no page, picture or index of an
# earlier one is left in it, and a build that fails leaves the last good one.
NEXT = BUILD / "next"
STAMP = BUILD / "built-from.txt"
PROCESSES = multiprocessing.get_context(
    "fork" if sys.platform == "linux" else "spawn"
)
SETTINGS = (
    *("COLAB_REPOSITORY", "READTHEDOCS_CANONICAL_URL", "SOURCE_DATE_EPOCH"),
)


def main() -> int:
    """Build what is not up to date; of two builds at once, the second waits for the first."""
    start = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / "lock"):
        sources = digest_sources()
        if STAMP.exists() and STAMP.read_text() == stamp(sources):
            print(
                "Nothing has changed since the last build, which kept all promises"
            )
        else:
            shutil.rmtree(NEXT, ignore_errors=True)
            NEXT.mkdir()
            # Both take a while, and the wheel is built by a process of its own.
            with ThreadPoolExecutor(1) as thread:
                wheel = thread.submit(build_wheel)
                load_sphinx()
            if not build_editions(wheel.result()):
                return 1
            finish_site()
            STAMP.unlink(missing_ok=True)
            shutil.rmtree(SITE, ignore_errors=True)
            NEXT.rename(SITE)
            STAMP.write_text(stamp(sources))
    seconds = time.monotonic() - start
    print(
        f"The site is in _build/html ({seconds:.1f} s); open _build/html/index.html"
    )
    return 0


def finish_site() -> None:
    """Add what belongs to both editions, or to neither."""
    # Loaded by now.
    from front_pages import write_front_pages
    from side_by_side import write_translations

    write_translations(
        {NEXT / folder: doctrees(folder) for folder in EDITIONS.values()}
    )
    write_front_pages(
        NEXT,
        ROOT / "docs" / "front.html",
        os.environ.get("READTHEDOCS_CANONICAL_URL", ""),
        {"en": "en", "zh-CN": "zh-cn"},
    )


def digest_sources() -> str:
    """Digest all that a site is made of: files, installed libraries, surroundings."""
    files = [
        path.relative_to(ROOT).as_posix()
        for path in (
            *ROOT.glob("*.*"),
            ROOT / "LICENSE",
            *files_below(ROOT / "docs"),
            *files_below(ROOT / "linear_tutorial"),
        )
        if path.is_file() and path.suffix not in {".mo", ".pyc"}
    ]
    made_of = (
        observe(ROOT, sorted(files), sorted(installed_versions())),
        [os.environ.get(name) for name in SETTINGS],
    )
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def stamp(sources: str) -> str:
    """Tell from which sources the site was made, and how it looked afterwards."""
    return f"{sources} {digest_files(SITE, files_below(SITE))}"


def build_wheel() -> str:
    """Build the package into the site, for its notebooks to install, and return the file's name."""
    # Not the times at which the sources were written, which differ between two copies of them.
    time_of_files = {"SOURCE_DATE_EPOCH": "1767225600"}
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "flit_core.wheel", "--outdir", NEXT],
        cwd=ROOT,
        env={**time_of_files, **os.environ},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (wheel,) = NEXT.glob("*.whl")
    return wheel.name


def build_editions(wheel: str) -> bool:
    """Run Sphinx for all languages side by side, and tell whether all went well.

    What is wrong with a page is mostly wrong in every language: the first that fails has the word.
    """
    first, *others = EDITIONS
    builds = {
        language: PROCESSES.Process(
            target=build_edition,
            args=(
                language,
                wheel,
                None if language == first else complaints(language),
            ),
        )
        for language in EDITIONS
    }
    for build in builds.values():
        build.start()
    join_unless_orphaned(list(builds.values()))
    if builds[first].exitcode != 0:
        return False
    for language in others:
        sys.stderr.write(complaints(language).read_text(encoding="utf-8"))
        if builds[language].exitcode != 0:
            return False
    return True


def load_sphinx() -> None:
    """Import what the processes of all editions need, before they are forked.

    Only when it is needed: a build with nothing to do takes less time than these imports.
    """
    # As for the pages: what is imported stays.
    gc.disable()
    if PROCESSES.get_start_method() == "fork":
        from sphinx.application import builtin_extensions

        from conf import extensions, html_theme

        for module in (
            *("sphinx.cmd.build", "front_pages", "myst_nb.sphinx_ext"),
            *(html_theme, *extensions, *builtin_extensions),
        ):
            # Sphinx will say what is wrong with one.
            with suppress(Exception):
                importlib.import_module(module)
    # Even when garbage is not looked for, it is at Python's end, for a quarter of a second.
    gc.freeze()


def join_unless_orphaned(processes: list[BaseProcess]) -> None:
    """Wait for processes, and end with the one that started this; they end in turn."""
    parent = os.getppid()
    while running := [each.sentinel for each in processes if each.is_alive()]:
        connection.wait(running, timeout=1)
        if os.getppid() != parent:
            os._exit(1)


def complaints(language: str) -> Path:
    """Return the file for what the build of an edition says on stderr."""
    return BUILD / f"{EDITIONS[language]}.log"


def doctrees(folder: str) -> Path:
    """Return the folder of what Sphinx has read for an edition."""
    return BUILD / "doctrees" / f"html-{folder}"


def build_edition(language: str, wheel: str, stderr: Path | None) -> None:
    """Run Sphinx for one language; warnings are errors."""
    from sphinx.cmd.build import main as sphinx_build

    # A quarter of the time, else: a book is many small objects, and nearly all are needed to the end.
    gc.disable()
    end_with_parent()
    os.chdir(ROOT)
    if stderr:
        with stderr.open("wb") as file:
            os.dup2(file.fileno(), sys.stderr.fileno())
    folder = EDITIONS[language]
    sys.exit(
        sphinx_build(
            [
                *["-q", "-W"],
                *["-c", ".", "-b", "html"],
                *["-D", f"language={language}", "-D", f"wheel={wheel}"],
                *["-d", os.fspath(doctrees(folder))],
                *["docs", f"_build/next/{folder}"],
            ]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
