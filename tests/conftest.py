"""Fixtures that several groups of tests share; helpers are in `support`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from support.commands import ROOT, run
from support.projects import copy_sources, prepare_copy
from support.servers import serve
from support.sites import Site
from support.windows import open_window

# Machines are shared; how long an example takes says nothing about the code.
settings.register_profile("project", deadline=None, max_examples=40)
settings.load_profile("project")

# Before any test imports TensorFlow.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with mypy, the longest single test, so that at the end no process waits for it."""
    items.sort(key=lambda item: "[mypy]" not in item.nodeid)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Make a small site that loads MyST-NB and nbpromises, and nothing else of the project."""
    return Site(tmp_path, ["nbpromises"])


@pytest.fixture(scope="session")
def built_site() -> Path:
    """Build all editions with `make html`, which says what is wrong with them; return the folder."""
    result = run("make", "html")
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def copy_of_project(
    built_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Copy the project without anything that was built, once it is built itself."""
    copy = tmp_path_factory.mktemp("project")
    prepare_copy(copy)
    return copy


@pytest.fixture
def project(copy_of_project: Path) -> Iterator[Path]:
    """Lend a copy of the project to break; its sources are restored afterwards."""
    yield copy_of_project
    copy_sources(copy_of_project)


# The first serves pages as the second does, in half the time, because it has no windows.
BROWSERS = "chromium-headless-shell", "chromium"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Debian's chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = f"none of {', '.join(BROWSERS)} is on this machine; 'apt install' brings them"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start Debian's chromium."""
    with sync_playwright() as playwright:
        # As root, as in a container, the browser's sandbox does not start.
        yield playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )


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
    chosen: Reader = request.param
    return chosen


@pytest.fixture(scope="session")
def server(built_site: Path) -> Iterator[str]:
    """Serve the site, and return its address."""
    with serve(built_site) as address:
        yield address


@pytest.fixture
def address(
    request: pytest.FixtureRequest, reader: Reader, built_site: Path
) -> str:
    """Return where the reader finds the site."""
    if reader.served:
        served: str = request.getfixturevalue("server")
        return served
    return built_site.as_uri()


@pytest.fixture
def page(browser: Browser, reader: Reader) -> Iterator[Page]:
    """Open a window of the reader's width."""
    viewport = {"width": reader.width, "height": 844}
    with open_window(browser, viewport=viewport) as window:
        yield window
