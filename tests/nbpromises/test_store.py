"""The folder of records: what is found again, and why a page must be executed."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from nbpromises.execution.dependencies import Project
from nbpromises.execution.messages import Cell
from nbpromises.execution.store import Page, Record, RecordStore, read_record


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "docs", {})


@pytest.fixture
def store(project: Project) -> RecordStore:
    folder = project.root / "records"
    folder.mkdir()
    return RecordStore(folder, project)


def in_next_build(root: Path, page: Page) -> tuple[Path | None, str]:
    """Find a page's record as the next build does, which looks at all files anew."""
    project = Project(root, root / "docs", {})
    return RecordStore(root / "records", project).find(page)


def page(docname: str = "part/page", source: str = "1") -> Page:
    return Page(docname, Path(f"{docname}.md"), [Cell(source, may_fail=False)])


def record(project: Project, *files: str) -> Record:
    output = {"output_type": "stream", "name": "stdout", "text": "42"}
    return Record([[output]], project.observe(files, ["numpy"]), started=1)


def test_what_was_saved_is_found_while_it_holds(
    store: RecordStore, project: Project
):
    helper = project.root / "helpers.txt"
    helper.write_text("42")
    assert store.find(page()) == (None, "first time")
    saved = record(project, "helpers.txt")
    path = store.save(page(), saved)
    assert store.find(page()) == (path, "")
    assert read_record(path) == saved
    assert store.find(page("other")) == (None, "first time")
    assert store.find(page(source="2")) == (None, "its cells changed")
    helper.write_text("43")
    assert in_next_build(project.root, page()) == (None, "helpers.txt changed")
    helper.unlink()
    assert in_next_build(project.root, page()) == (None, "helpers.txt is gone")


def test_a_package_beside_the_configuration_may_hide_any_other(
    store: RecordStore, project: Project
):
    path = store.save(page(), record(project))
    package = project.root / "numpy"
    package.mkdir()
    assert in_next_build(project.root, page()) == (path, "")
    (package / "__init__.py").touch()
    reason = "numpy/__init__.py is new"
    assert in_next_build(project.root, page()) == (None, reason)


def test_a_run_that_failed_is_never_found(store: RecordStore):
    saved = Record([], None, 1, "it failed last time")
    path = store.save(page(), saved)
    assert read_record(path) == saved
    assert store.find(page()) == (None, "it failed last time")


def test_a_run_with_a_doubt_is_found_only_by_the_builds_that_ran_beside_it(
    store: RecordStore, project: Project
):
    folder = project.root / "records"
    # The clock was set back since.
    doubtful = Record([], None, time.time_ns() + 10**13, "changed meanwhile")
    path = store.save(page(), doubtful)
    began_before = RecordStore(folder, project, older=set())
    assert began_before.find(page()) == (path, "")
    for later in store, RecordStore(folder, project, older={path}):
        assert later.find(page()) == (None, "changed meanwhile")


@pytest.mark.parametrize("kept", range(0, 250, 31))
def test_a_torn_record_counts_as_none(
    store: RecordStore, project: Project, kept: int
):
    path = store.save(page(), record(project))
    path.write_bytes(path.read_bytes()[:kept])
    assert read_record(path) is None
    assert store.find(page()) == (None, "its record was damaged")


def test_a_record_of_another_version_counts_as_none(
    store: RecordStore, project: Project
):
    path = store.save(page(), record(project))
    body = path.read_text().partition("\n")[2].replace('"started"', '"begun"')
    digest = hashlib.sha256(body.encode()).hexdigest()
    path.write_text(f"{digest}\n{body}")
    assert read_record(path) is None


def test_only_the_records_that_were_used_last_are_kept(
    store: RecordStore, project: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(RecordStore, "LIMIT", 3)
    pages = [page(f"page{number}") for number in range(5)]
    paths = [store.save(each, record(project)) for each in pages]
    for age, path in enumerate(paths):
        os.utime(path, (age, age))
    # This makes it the one used last.
    store.find(pages[0])
    unfinished = project.root / "records" / "page-0.unfinished"
    unfinished.touch()
    # However many a build uses, it keeps them.
    store.clean_up({paths[1]})
    kept = {paths[0], paths[1], paths[3], paths[4]}
    assert set(unfinished.parent.iterdir()) == kept
