"""The folder of kept outputs."""

import os
from pathlib import Path

import pytest

from dependencies import observe
from output_store import OutputStore, Record, read_record


def record(root: Path, text: str = "42", files: tuple[str, ...] = ()) -> Record:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return Record([[output]], observe(root, files, ["numpy"]))


def test_what_was_saved_is_found_while_it_holds(tmp_path: Path):
    helper = tmp_path / "helper.py"
    helper.write_text("ANSWER = 42")
    store = OutputStore(tmp_path, tmp_path)
    saved = record(tmp_path, files=("helper.py",))
    path = store.save("cells", saved)
    assert store.find("cells") == path
    assert read_record(path) == saved
    assert store.find("other cells") is None
    helper.write_text("ANSWER = 43")
    assert store.find("cells") is None
    helper.unlink()
    assert store.find("cells") is None


def test_a_run_that_failed_is_never_found(tmp_path: Path):
    store = OutputStore(tmp_path, tmp_path)
    path = store.save("cells", Record([], None))
    assert read_record(path) == Record([], None)
    assert store.find("cells") is None


@pytest.mark.parametrize("kept", range(0, 300, 37))
def test_a_torn_record_counts_as_none(tmp_path: Path, kept: int):
    store = OutputStore(tmp_path, tmp_path)
    path = store.save("cells", record(tmp_path))
    path.write_bytes(path.read_bytes()[:kept])
    assert read_record(path) is None
    assert store.find("cells") is None


def test_only_the_records_that_were_used_last_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(OutputStore, "LIMIT", 3)
    store = OutputStore(tmp_path, tmp_path)
    paths = [store.save(f"page{n}", record(tmp_path)) for n in range(5)]
    for age, path in enumerate(paths):
        os.utime(path, (age, age))
    store.find("page0")  # which makes it the youngest
    unfinished = tmp_path / "page-0.unfinished"
    unfinished.touch()
    store.clean_up()
    assert set(tmp_path.iterdir()) == {paths[0], paths[3], paths[4]}
