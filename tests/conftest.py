"""What several groups of tests share."""

from __future__ import annotations

import filecmp
import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import (
    chdir,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
)
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import lxml.html
import pytest
import sphinx.locale
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from sphinx.cmd.build import build_main

from digest_files import files_below
from skip_if_passed import SkipIfPassed

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in DOCS.rglob("*")
    if path.suffix in {".md", ".rst"}
)

# Machines are shared; how long an example takes says nothing about the code.
settings.register_profile("project", deadline=None, max_examples=40)
settings.load_profile("project")

# Before any test imports TensorFlow.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def run(
    *command: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and keep what it says."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def built_site() -> Path:
    """Build both languages as `make html` does, and return the folder."""
    result = run("make", "html")
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "_build" / "html"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serve files without a word, and notebooks as what some hosts take them for."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".ipynb": "application/json",
    }

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder, and tell at which address."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        # It ends at the next time that it looks whether it should.
        serving = partial(server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serving, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def what_is_loaded(edition: Path, page: str) -> list[Path]:
    """List the files of which a page is made in a browser, before a reader searches."""
    path = edition / f"{page}.html"
    html = path.read_text(encoding="utf-8")
    return [
        path,
        *[
            file
            for file in files_below(edition / "_static")
            if file.name != "search-data.js"
        ],
        *[
            picture
            for picture in files_below(edition / "_images")
            if picture.name in html
        ],
    ]


def copy_sources(target: Path) -> None:
    """Make all files of the project that are not generated the same in a copy."""
    listed = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard"
    )
    for name in listed.stdout.split():
        original, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or not filecmp.cmp(original, copy, shallow=False):
            shutil.copyfile(original, copy)


def without_drawn_times(path: Path) -> bytes:
    """Read a file; if it is a notebook, without its drawings of times."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            drawing = data.get("image/svg+xml", [])
            if any("<!-- time per step" in line for line in drawing):
                # Its description has them, too.
                data.clear()
    return json.dumps(notebook).encode()


def contents(site: Path) -> dict[str, bytes]:
    """Read all files, without times that were measured.

    Keras prints some; a drawing of times has a digest of itself for a name.
    """
    files = {
        path.relative_to(site).as_posix(): without_drawn_times(path)
        for path in site.rglob("*")
        if path.is_file()
    }
    drawings = {
        Path(name).stem
        for name, content in files.items()
        if name.endswith(".svg") and b"<!-- time per step" in content
    }
    times = r"\d+m?s\b(/step)?"
    measured = "|".join([times, *drawings]).encode()
    return {
        re.sub(measured, b"", name.encode()).decode(): (
            b""
            if Path(name).stem in drawings
            else re.sub(measured, b"", content)
        )
        for name, content in files.items()
    }


@pytest.fixture(scope="session")
def copy_of_project(
    built_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Copy the project without anything that was built, once it is built itself."""
    copy = tmp_path_factory.mktemp("project")
    copy_sources(copy)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


@pytest.fixture
def project(copy_of_project: Path) -> Iterator[Path]:
    """Lend a copy of the project to break; its sources are put right again."""
    yield copy_of_project
    copy_sources(copy_of_project)


@dataclass(frozen=True)
class Build:
    """What came of building a site."""

    ok: bool
    said: str
    output: Path

    def page(self, name: str = "index") -> str:
        """Return the text of the article, as a reader sees it."""
        path = self.output / f"{name}.html"
        tree = lxml.html.fromstring(path.read_text(encoding="utf-8"))
        (article,) = tree.find_class("body")
        return str(article.text_content())


class Site:
    """A small site with the project's extensions, in a folder of its own."""

    CONFIGURATION = """
        import sys
        sys.path[:0] = [{extensions!r}, {root!r}]
        project = "small"
        extensions = [
            "myst_nb",
            "complete_translation",
            "executed_outputs",
            "expected_output",
            "fresh_after_failure",
            "github_annotations",
            "mathml",
            "memoized_highlighting",
            "numbers_in_prose",
            "output_figure",
            "translated_nodes",
            "without_docstring",
        ]
        exclude_patterns = ["_*", "locales"]
        html_theme = "basic"
        html_math_renderer = "mathml"
        myst_enable_extensions = ["dollarmath"]
        numfig = True
        gettext_compact = False
        locale_dirs = ["locales"]
        nb_execution_mode = "off"
        constants_in_prose = {{"7": "a lucky number"}}
        """
    HEADER = """
        ---
        file_format: mystnb
        orphan: true
        kernelspec:
          name: python3
          display_name: Python 3
        ---

        # A page

        """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write(
            "conf.py",
            dedent(self.CONFIGURATION).format(
                extensions=str(ROOT / "docs" / "_ext"), root=str(root)
            ),
        )

    def write(self, name: str, text: str) -> Path:
        """Write a file of the site."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_page(self, body: str, name: str = "index.md") -> Path:
        """Write an executable page with a title; four spaces of indentation are dropped."""
        return self.write(
            name, dedent(self.HEADER).lstrip() + dedent(body).strip("\n") + "\n"
        )

    def command(self, language: str = "en", **settings: object) -> list[str]:
        """Return the command that builds the site, as the project itself is built."""
        return [
            sys.executable,
            "-m",
            "sphinx",
            *self._options(language, settings),
        ]

    def build(self, language: str = "en", **settings: object) -> Build:
        """Do in this process, which has Sphinx loaded, what the command does in its own."""
        # Catalogues that an earlier build read in this process are edited in between.
        sphinx.locale.translators.clear()
        gettext._translations.clear()
        out, err = StringIO(), StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            status = build_main(self._options(language, settings))
        said = out.getvalue() + err.getvalue()
        return Build(status == 0, said, self.root / "_build" / language)

    def _options(self, language: str, settings: dict[str, object]) -> list[str]:
        return [
            *["-q", "-W", "-b", "html", f"-Dlanguage={language}"],
            *[f"-D{name}={value}" for name, value in settings.items()],
            *["-d", str(self.root / "_build" / f"doctrees-{language}")],
            *[str(self.root), str(self.root / "_build" / language)],
        ]


@pytest.fixture
def site(tmp_path: Path, skip_if_passed: SkipIfPassed) -> Site:
    """Make an empty site, unless the test has passed with the same extensions."""
    skip_if_passed(*(DOCS / "_ext").glob("*.py"))
    return Site(tmp_path)


# The first serves pages as the second does, in half the time, because it has no windows.
BROWSERS = "chromium-headless-shell", "chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = f"none of {', '.join(BROWSERS)} is on this machine; 'apt install' brings them"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        # As root, as in a container, the browser's sandbox does not start.
        yield playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )


@pytest.fixture
def once_per_site(
    built_site: Path, browser: Browser, skip_if_passed: SkipIfPassed
) -> None:
    """Skip a test that has passed with the same site, made of the same sources."""
    stamp = built_site.with_name("built-from.txt")
    skip_if_passed(stamp, browser=browser.version)


@dataclass(frozen=True)
class Reader:
    """How wide a reader's window is, in pixels, and where the site comes from."""

    width: int
    served: bool


@pytest.fixture(
    params=[Reader(1280, served=False), Reader(390, served=True)],
    ids=["at a desk, from disk", "on a phone, from a server"],
)
def reader(request: pytest.FixtureRequest) -> Reader:
    """Read as those do who build the site, and as most of the others do."""
    return request.param


@pytest.fixture
def server(built_site: Path) -> Iterator[str]:
    """Serve the site, and tell at which address."""
    with serve(built_site) as address:
        yield address


@pytest.fixture
def address(
    request: pytest.FixtureRequest, reader: Reader, built_site: Path
) -> str:
    """Return where the reader finds the site."""
    if reader.served:
        return request.getfixturevalue("server")
    return built_site.as_uri()


@pytest.fixture
def page(browser: Browser, reader: Reader) -> Iterator[Page]:
    """Open a window of the reader's width."""
    context = browser.new_context(
        viewport={"width": reader.width, "height": 844}
    )
    yield context.new_page()
    context.close()
