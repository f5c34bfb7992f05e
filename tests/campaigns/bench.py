"""Time cold builds of both languages against the stock way, and rebuilds against nothing.

The stock way is one separate build for each language, in which MyST-NB executes every page in a
kernel of its own. Both ways build the same pages: the book itself, and sites that consist of copies
of all cells of one of its pages. Each line is measured in one go, ours before and after the other.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from babel.messages.pofile import read_po, write_po

from editions.catalogues import GUESSED
from nbpromises.cells import fences
from support.commands import ROOT, run
from support.projects import copy_sources
from support.sites import Site

COPIES = (1, 4, 8, 16)
PAGE = ROOT / "docs" / "tutorial" / "training_loop.md"
STOCK = """
project = "stock"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
html_theme = "sphinx_book_theme"
numfig = True
locale_dirs = ["locales"]
gettext_compact = False
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
"""


def main() -> None:
    """Print two tables."""
    print(f"{'cold build':<14}{'stock':>9}{'ours':>9}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "book")
        prepare(book)
        compare("the book", book)
        for count in COPIES:
            site = Path(folder, f"copies-{count}")
            prepare(site)
            fill_with_copies(site, count)
            compare(f"{count} page(s)", site)

        print(f"\n{'the book once more':<36}{'ours':>7}")
        rebuild("nothing changed", book)
        heading = "One batch", "A single batch"
        rebuild(
            "a heading of one page edited",
            book,
            ("docs/tutorial/data.md", *heading),
            ("docs/locales/zh_CN/LC_MESSAGES/tutorial/data.po", *heading),
            times=5,
        )
        rebuild(
            "one figure edited",
            book,
            (
                "linear_tutorial/figures/history.py",
                "def plot_parameters",
                "\ndef plot_parameters",
            ),
        )


def prepare(project: Path) -> None:
    """Copy the project, and add the stock way's configuration."""
    copy_sources(project)
    (project / ".venv").symlink_to(ROOT / ".venv")
    (project / "stock").mkdir()
    (project / "stock" / "conf.py").write_text(STOCK)


def fill_with_copies(project: Path, count: int) -> None:
    """Replace all pages by copies of the cells of one, with their promises and figures."""
    docs = project / "docs"
    for path in [*docs.rglob("*.md"), *docs.rglob("*.rst"), docs / "locales"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    source = PAGE.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    blocks = [
        "".join(lines[block.first - 1 : block.last])
        for block in fences(source)
        if block.name.startswith(("code-cell", "expected-", "output-"))
    ]
    for number in range(1, count + 1):
        name = "index" if number == 1 else f"page_{number}"
        text = "\n".join([dedent(Site.HEADER).lstrip(), *blocks])
        text = text.replace(":name: ", f":name: page-{number}-")
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    must(project, "make", "catalogues")
    for path in (docs / "locales").rglob("*.po"):
        catalogue = read_po(path.open("rb"))
        for message in catalogue:
            # Babel guesses some as it reads.
            message.flags -= GUESSED
            if message.id:
                message.string = f"译文：{message.id}"
        write_po(path.open("wb"), catalogue)


def compare(label: str, project: Path) -> None:
    """Print one line: the stock way's seconds, ours, and how much of its time ours needs."""
    ours = [cold_build(project)]
    stock = seconds(lambda: stock_build(project))
    ours += [cold_build(project), cold_build(project)]
    median = statistics.median(ours)
    print(
        f"{label:<14}{stock:7.1f} s{median:7.1f} s{median / stock:8.2f}",
        flush=True,
    )


def cold_build(project: Path) -> float:
    """Build from nothing but the sources."""
    must(project, "make", "clean")
    return seconds(lambda: must(project, "make", "html"))


def stock_build(project: Path) -> None:
    """Build each language by itself, as MyST-NB is mostly used."""
    for language in "en", "zh_CN":
        must(
            project,
            *[sys.executable, "-m", "sphinx", "-q", "-c", "stock"],
            *["-D", f"language={language}", "docs", f"stock/{language}"],
            PYTHONPATH=str(project),
        )


def rebuild(
    label: str, project: Path, *edits: tuple[str, str, str], times: int = 1
) -> None:
    """Print how long a build takes after edits; they are undone and made again between builds."""
    taken = []
    for _ in range(times):
        for name, old, new in edits:
            replace(project / name, old, new)
        taken.append(seconds(lambda: must(project, "make", "html")))
        edits = tuple((name, new, old) for name, old, new in edits)
    print(f"{label:<33}{statistics.median(taken):8.2f} s", flush=True)


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file once."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        sys.exit(f"error: {path.name} has no {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def seconds(task: Callable[[], object]) -> float:
    """Measure how long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def must(project: Path, *command: str, **environment: str) -> None:
    """Run a command that must not fail."""
    result = run(*command, cwd=project, **environment)
    if result.returncode != 0:
        sys.exit(f"error: {command} failed:\n{result.stdout}{result.stderr}")


if __name__ == "__main__":
    main()
