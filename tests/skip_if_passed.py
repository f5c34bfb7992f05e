"""A fixture for tests that take long: where nothing that they look at has changed, they are skipped."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from digest_files import digest_files

# Called with the files that a test looks at, and with versions by name.
SkipIfPassed = Callable[..., None]

# What a test looks at, while it is not known whether it passes.
LOOKS_AT = pytest.StashKey[str]()


@pytest.fixture
def skip_if_passed(request: pytest.FixtureRequest) -> SkipIfPassed:
    """Offer to skip the rest of a test that has passed with the same files and versions."""
    test = request.node
    root = test.config.rootpath

    def skip(*files: Path, **versions: str) -> None:
        own = [
            *(test.path, test.path.with_name("conftest.py")),
            root / "requirements.txt",
        ]
        key = f"{digest_files(root, [*files, *own])} {versions} {sys.version}"
        if test.config.cache.get(place(test), None) == key:
            pytest.skip("it has passed with the same files")
        test.stash[LOOKS_AT] = key

    return skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what a test looked at, when all of it has passed."""
    report = yield
    if LOOKS_AT in item.stash:
        if not report.passed:
            del item.stash[LOOKS_AT]
        elif report.when == "teardown":
            item.config.cache.set(place(item), item.stash[LOOKS_AT])
    return report


def place(test: pytest.Item) -> str:
    """Name the entry of a test in the cache that pytest keeps."""
    return f"passed/{hashlib.sha256(test.nodeid.encode()).hexdigest()[:16]}"
