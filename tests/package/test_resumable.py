"""Training that was stopped, in whatever way, ends as if it never had been."""

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from linear_tutorial import KerasLinearModel, make_data
from linear_tutorial.resumable import (
    CheckpointError,
    batch_of_update,
    find_damage,
    find_good,
    list_checkpoints,
    new_state,
    resume,
    train,
    train_on_batch,
)
from linear_tutorial.resumable.__main__ import main
from support import closed_form
from support.commands import ROOT, error_of, run

X, Y = make_data()
UPDATES_PER_EPOCH = 7


def bits(state: tf.train.Checkpoint) -> list[bytes]:
    """Return all that a training run remembers, to the last bit."""
    values = [*state.model.weights, *state.optimizer.variables]
    return [value.numpy().tobytes() for value in values]


@pytest.fixture(scope="module")
def course() -> dict[int, list[bytes]]:
    """Train without a stop, and tell what was remembered after each tenth update."""
    state = new_state()
    remembered = {}
    for update in range(41):
        if update % 10 == 0:
            remembered[update] = bits(state)
        train_on_batch(state, *batch_of_update(X, Y, update))
    return remembered


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save checkpoints after 10, 20 and 30 updates, in a folder that is only to be copied."""
    folder = tmp_path_factory.mktemp("saved") / "run"
    train(folder, updates=30)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """Copy that folder."""
    return Path(shutil.copytree(saved, tmp_path / "run"))


def test_a_training_that_is_stopped_again_and_again_ends_as_if_it_never_was(
    tmp_path: Path,
):
    # TensorFlow is imported once; what is stopped is forked from there, and stopped as soon as the
    # name of a new checkpoint appears, which is before the checkpoint is complete.
    script = """
        import os, signal, sys, time
        from linear_tutorial.resumable import list_checkpoints
        from linear_tutorial.resumable.__main__ import main

        def reached():
            paths = list_checkpoints(sys.argv[1])
            return int(paths[0].rpartition("-")[2]) if paths else 0

        # A shell may have started the tests in the background, where it lets programs ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for how in signal.SIGKILL, signal.SIGKILL, signal.SIGINT:
            goal = reached() + 10
            process = os.fork()
            if process == 0:
                sys.argv[2:] = ["--updates", "1000000"]
                main()
            ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
            while reached() < goal and not os.waitid(os.P_PID, process, ended):
                time.sleep(0.001)
            os.kill(process, how)
            status = os.waitpid(process, 0)[1]
            print("ended with", os.waitstatus_to_exitcode(status))
        """
    folder = tmp_path / "stopped"
    stopped = run(sys.executable, "-c", dedent(script), folder)
    assert re.findall("ended with (.*)", stopped.stdout) == ["-9", "-9", "130"]
    assert stopped.stderr.endswith(
        "stopped; the same command goes on from the last checkpoint\n"
    )
    assert "Traceback" not in stopped.stderr
    updates = int(list_checkpoints(folder)[0].rpartition("-")[2]) + 20

    never_stopped = train(tmp_path / "never stopped", updates=updates)
    assert bits(train(folder, updates=updates)) == bits(never_stopped)


def no_index(folder: Path) -> None:
    (folder / "ckpt-30.index").unlink()


def empty_index(folder: Path) -> None:
    os.truncate(folder / "ckpt-30.index", 0)


def no_data(folder: Path) -> None:
    (folder / "ckpt-30.data-00000-of-00001").unlink()


@pytest.mark.parametrize("damage", [no_index, empty_index, no_data])
def test_an_unfinished_checkpoint_is_passed_over(
    folder: Path,
    damage: Callable[[Path], None],
    course: dict[int, list[bytes]],
    capsys: pytest.CaptureFixture[str],
):
    damage(folder)
    state = train(folder, updates=40)
    passed_over, went_on = capsys.readouterr().out.splitlines()
    assert passed_over.startswith(f"passes over {folder}/ckpt-30: ")
    assert went_on == f"goes on from {folder}/ckpt-20"
    assert bits(state) == course[40]
    # What was written anew is whole.
    assert find_damage(f"{folder}/ckpt-40") is None


def test_an_only_checkpoint_that_was_finished_and_is_damaged_is_no_fresh_start(
    folder: Path,
):
    for path in folder.iterdir():
        if not path.name.startswith("ckpt-30."):
            path.unlink()
    os.truncate(folder / "ckpt-30.data-00000-of-00001", 0)
    with pytest.raises(CheckpointError, match="can be read"):
        train(folder, updates=40)


def test_what_a_killed_process_left_in_its_temporary_folder_does_no_harm(
    folder: Path, course: dict[int, list[bytes]]
):
    left = folder / "ckpt-40_temp" / "part-00000-of-00001.index.tempstate17"
    left.parent.mkdir()
    left.write_text("half")
    (folder / "checkpoint.tmp17").write_text("half")
    assert bits(train(folder, updates=40)) == course[40]


@pytest.mark.parametrize("has_index", [False, True])
def test_a_first_checkpoint_that_was_never_finished_is_a_fresh_start(
    folder: Path,
    tmp_path: Path,
    course: dict[int, list[bytes]],
    capsys: pytest.CaptureFixture[str],
    has_index: bool,
):
    first = tmp_path / "first"
    first.mkdir()
    data = "ckpt-10.data-00000-of-00001"
    shutil.copy(folder / data, first / data)
    if has_index:
        # TensorFlow makes it under its own name, and writes it later.
        (first / "ckpt-10.index").touch()
    assert bits(train(first, updates=40)) == course[40]
    assert capsys.readouterr().out.endswith("starts at the beginning\n")


@given(
    name=st.sampled_from(["data-00000-of-00001", "index"]),
    place=st.floats(0, 1, exclude_max=True),
    bit=st.sampled_from([None, *range(8)]),
)
def test_whatever_byte_is_lost_or_bit_is_wrong_only_whole_states_are_restored(
    saved: Path,
    course: dict[int, list[bytes]],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    place: float,
    bit: int | None,
):
    folder = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(saved, folder)
    path = folder / f"ckpt-30.{name}"
    content = bytearray(path.read_bytes())
    at = int(place * len(content))
    if bit is None:
        del content[at:]
    else:
        content[at] ^= 1 << bit
    path.write_bytes(content)

    state = new_state()
    resume(state, folder)
    # Some bits of an index mean nothing.
    good = [20] if bit is None or name != "index" else [20, 30]
    assert bits(state) in [course[updates] for updates in good]


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda path: os.truncate(path, 0),
        lambda path: os.truncate(path, 100),
        lambda path: path.write_bytes(b"\xff\x00\xfe"),
    ],
    ids=["missing", "empty", "torn", "garbage"],
)
def test_a_damaged_list_of_checkpoints_costs_nothing(
    folder: Path,
    damage: Callable[[Path], object],
    course: dict[int, list[bytes]],
    capsys: pytest.CaptureFixture[str],
):
    damage(folder / "checkpoint")
    assert bits(train(folder, updates=40)) == course[40]
    assert capsys.readouterr().out == f"goes on from {folder}/ckpt-30\n"


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "unlisted"])
def test_where_no_checkpoint_can_be_read_nothing_is_begun_anew(
    folder: Path, listed: bool
):
    for path in folder.glob("*.data*"):
        os.truncate(path, 7)
    if not listed:
        (folder / "checkpoint").unlink()
    before = contents(folder)
    with pytest.raises(CheckpointError, match="no checkpoint in"):
        train(folder, updates=40)
    assert contents(folder) == before


def test_a_list_without_its_checkpoints_is_not_begun_anew(folder: Path):
    for path in folder.glob("ckpt-*"):
        path.unlink()
    with pytest.raises(CheckpointError, match="no checkpoint in"):
        train(folder, updates=40)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file()
    }


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let the kernel refuse every file of more than some bytes, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 500, 900])
def test_a_full_disk_stops_the_training_and_the_last_good_checkpoint_is_used(
    folder: Path,
    room: int,
    course: dict[int, list[bytes]],
    capsys: pytest.CaptureFixture[str],
):
    before = contents(folder)
    with pytest.raises(CheckpointError) as caught, full_disk(room):
        train(folder, updates=40)
    assert str(caught.value) == (
        "update 40 could not be saved (File too large); "
        f"last good checkpoint: {folder}/ckpt-30"
    )
    assert contents(folder) == before

    assert bits(train(folder, updates=40)) == course[40]
    assert capsys.readouterr().out == f"goes on from {folder}/ckpt-30\n" * 2


def test_the_last_good_checkpoint_is_not_one_that_was_passed_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    no_index(folder)
    with (
        pytest.raises(CheckpointError, match="last good checkpoint") as caught,
        full_disk(500),
    ):
        train(folder, updates=40)
    assert str(caught.value).endswith(f": {folder}/ckpt-20")


def test_a_disk_that_is_full_from_the_start_is_told_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with (
        pytest.raises(CheckpointError, match="last good checkpoint: none"),
        full_disk(0),
    ):
        train(tmp_path, updates=10)


def test_another_optimizers_checkpoints_are_not_taken_for_this_ones(
    folder: Path,
):
    model = KerasLinearModel()
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    with pytest.raises(AssertionError):
        resume(tf.train.Checkpoint(model=model, optimizer=optimizer), folder)


def test_three_checkpoints_are_kept(tmp_path: Path):
    train(tmp_path, updates=30)
    train(tmp_path, updates=45)
    names = [Path(path).name for path in list_checkpoints(tmp_path)]
    assert names == ["ckpt-45", "ckpt-40", "ckpt-30"]


def test_with_all_updates_made_nothing_is_trained_or_written(folder: Path):
    before = contents(folder)
    state = train(folder, updates=20)
    assert int(state.optimizer.iterations) == 30
    assert contents(folder) == before


@settings(max_examples=10)
@given(epoch=st.integers(0, 10**6))
def test_every_epoch_takes_each_example_once(epoch: int):
    updates = range(epoch * UPDATES_PER_EPOCH, (epoch + 1) * UPDATES_PER_EPOCH)
    batches = [batch_of_update(X, Y, update) for update in updates]
    assert [len(x) for x, _ in batches] == [32] * 6 + [9]
    taken = np.concatenate([np.stack(batch) for batch in batches], axis=1)
    order = np.argsort(taken[0])
    np.testing.assert_array_equal(taken[:, order], np.stack([X, Y]))
    # In an order of its own.
    later = batch_of_update(X, Y, updates.stop)[0]
    assert not np.array_equal(later, batches[0][0])


def test_training_takes_the_steps_of_momentum():
    """Compare with its two lines in float64."""
    state = new_state()
    parameters, velocity = np.array([5.0, 0.0]), np.zeros(2)
    for update in range(100):
        batch = batch_of_update(X, Y, update)
        gradient = closed_form.gradient(*map(np.asarray, batch), *parameters)
        velocity = 0.9 * velocity - 0.02 * gradient
        parameters += velocity
        train_on_batch(state, *batch)
    reached = float(state.model.w), float(state.model.b)
    np.testing.assert_allclose(reached, parameters, atol=1e-4)


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda: batch_of_update(X, Y, -1), "update must be .* -1"),
        (lambda: train("nowhere", updates=-1), "updates must be .* -1"),
        (lambda: train("nowhere", updates=1.5), "updates must be .* 1.5"),
    ],
)
def test_bad_input_is_named(do: Callable[[], object], said: str):
    with pytest.raises(ValueError, match=said):
        do()
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("updates", "said"),
    [("-1", "error: updates must be"), ("60", "error: no checkpoint in")],
)
def test_the_program_says_what_is_wrong_in_one_line(
    folder: Path, updates: str, said: str, monkeypatch: pytest.MonkeyPatch
):
    for path in folder.glob("*.index"):
        path.unlink()
    arguments = ["resumable", str(folder), "--updates", updates]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as caught:
        main()
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


# -- Folders ----------------------------------------------------------------------------------------

# TensorFlow takes the first four for patterns, and asks another file system for the fifth; the next
# two are no names for a file.
NO_FOLDERS = {
    "run[1]": "[",
    "a?b": "?",
    "all*": "*",
    "back\\slash": "\\",
    "gs://bucket/run": "://",
    "nul\0": "\0",
    "byte\udcff": "\udcff",
    "": "",
}


@pytest.mark.parametrize(
    ("name", "character"), NO_FOLDERS.items(), ids=map(ascii, NO_FOLDERS)
)
def test_a_name_that_tensorflow_reads_otherwise_is_refused_with_the_character(
    name: str,
    character: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    for do in (
        lambda: train(name, updates=10),
        lambda: resume(new_state(), name),
        lambda: find_good(name),
    ):
        with pytest.raises(ValueError, match="folder must be") as caught:
            do()
        assert f"has {character!r}: {name!r}" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


def test_no_run_deletes_the_checkpoints_of_another(tmp_path: Path):
    train(tmp_path / "aXb", updates=30)
    before = contents(tmp_path / "aXb")
    with pytest.raises(ValueError, match=r"has '\?'"):
        train(tmp_path / "a?b", updates=60)
    assert contents(tmp_path / "aXb") == before


@pytest.mark.parametrize(
    "name",
    [
        *["with blank", " ", "a:b", "a'b", 'a"b', "]", "{a,b}", "$HOME", "~"],
        *[
            "训练 一",
            "é",
            "\u2028",
            "line\nbreak",
            "%s",
            "-x",
            "a;b&c",
            "#1",
            "^!",
        ],
    ],
    ids=ascii,
)
def test_any_other_name_is_a_folder_in_which_training_goes_on(
    name: str,
    saved: Path,
    tmp_path: Path,
    course: dict[int, list[bytes]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    # What stands before a relative name does not matter.
    (tmp_path / "a[1]?").mkdir()
    monkeypatch.chdir(tmp_path / "a[1]?")
    shutil.copytree(saved, name)
    assert bits(train(name, updates=40)) == course[40]
    said = capsys.readouterr().out
    assert said == f"goes on from {Path(name, 'ckpt-30')}\n"
    names = [Path(path).name for path in list_checkpoints(name)]
    assert names == ["ckpt-40", "ckpt-30", "ckpt-20"]


@pytest.mark.parametrize(
    "name", ["file", "file/run", "x" * 300], ids=["file", "within", "long"]
)
def test_what_cannot_be_a_folder_is_told_before_anything_is_trained(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CheckpointError, match=f"{name} cannot be "):
        train(tmp_path / name, updates=10)
    assert (tmp_path / "file").read_text() == "mine"


# -- The command ------------------------------------------------------------------------------------


def test_the_command_names_a_folder_that_is_none(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    said = error_of(main, tmp_path / "file")
    assert said == f"error: {tmp_path}/file cannot be read (Not a directory)"
    said = error_of(main, tmp_path / "file" / "run")
    assert said.endswith("/file/run cannot be read (Not a directory)")
    assert "has '['" in error_of(main, "run[1]")
    assert "updates must be" in error_of(main, "x", "--updates=-1")


def test_the_name_of_a_checkpoint_is_not_taken_for_a_folder(folder: Path):
    newest = tf.train.latest_checkpoint(folder)
    before = sorted(folder.iterdir())
    said = error_of(main, newest)
    assert said.startswith(
        "error: folder must be the folder of the checkpoints"
    )
    assert newest in said
    assert sorted(folder.iterdir()) == before


def test_a_folder_may_have_a_neighbour_named_like_a_checkpoint(tmp_path: Path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs.index").touch()
    assert int(train(tmp_path / "runs", updates=1).optimizer.iterations) == 1


def test_an_optimizer_that_scales_the_loss_is_refused():
    state = new_state()
    scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    scaling.build(state.model.trainable_variables)
    state = tf.train.Checkpoint(model=state.model, optimizer=scaling)
    with pytest.raises(ValueError, match="optimizer must not scale the loss"):
        train_on_batch(state, *make_data())
    assert float(state.model.w) == 5


def test_the_command_says_that_the_disk_is_full(folder: Path):
    with full_disk(500):
        said = error_of(main, folder, "--updates=40")
    assert "could not be saved (File too large)" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")
def test_the_command_says_that_its_result_cannot_be_printed(folder: Path):
    command = [sys.executable, "-m", "linear_tutorial.resumable", str(folder)]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*command, "--updates=1"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            # Buffered, so that it fails at the end.
            env=os.environ | {"PYTHONUNBUFFERED": ""},
        )
    assert result.returncode != 0
    assert "error: [Errno 28] No space left" in result.stderr
    assert "Traceback" not in result.stderr


OTHER = "those of another program"


def line_with(w: object) -> tf.train.Checkpoint:
    """Return a state like that of the command, but with another variable `w`."""
    model = tf.Module()
    model.w, model.b = tf.Variable(w), tf.Variable(0.0)
    return tf.train.Checkpoint(model=model, optimizer=new_state().optimizer)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (lambda: tf.train.Checkpoint(weights=tf.Variable(1.0)), OTHER),
        (lambda: line_with([1.0, 2.0]), "incompatible tensor with shape (2,)"),
        (lambda: line_with(np.float64(1)), OTHER),
        (lambda: line_with(1), OTHER),
    ],
    ids=["names", "shape", "float64", "int32"],
)
def test_the_command_does_not_take_another_programs_checkpoints_for_its_own(
    other: Callable[[], tf.train.Checkpoint], expected: str, tmp_path: Path
):
    tf.train.CheckpointManager(other(), tmp_path, max_to_keep=3).save()
    assert expected in error_of(main, tmp_path)


def test_keras_saves_a_line_that_is_not_registered_and_cannot_load_it(
    tmp_path: Path,
):
    """As the page says."""
    model = KerasLinearModel()
    model(X)
    model.save(tmp_path / "line.keras")
    with pytest.raises(TypeError, match="KerasLinearModel"):
        keras.models.load_model(tmp_path / "line.keras")


def test_a_restore_that_fails_may_have_changed_variables(folder: Path):
    """As the page says: that is why a checkpoint is read through first."""
    path = folder / "ckpt-30.data-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    state = new_state()
    with pytest.raises(tf.errors.DataLossError):
        state.restore(f"{folder}/ckpt-30").assert_consumed()
    assert float(state.model.w) != 5


def test_without_an_assertion_a_renamed_part_is_not_restored(folder: Path):
    """As the page says."""
    state = new_state()
    renamed = tf.train.Checkpoint(model=state.model, rule=state.optimizer)
    status = renamed.restore(f"{folder}/ckpt-30")
    assert float(state.model.w) != 5
    assert int(state.optimizer.iterations) == 0
    status.expect_partial()


def model_with_dropout() -> keras.Model:
    model = keras.Sequential([keras.layers.Dropout(0.5, seed=7)])
    model.build((None, 1))
    return model


def draws(model: keras.Model) -> int:
    """Return how often the dropout of a model has drawn."""
    return int(model.layers[0].seed_generator.state[1])


def test_no_file_keeps_how_often_a_generator_has_drawn(tmp_path: Path):
    """As the page says."""
    model = model_with_dropout()
    model(tf.ones([3, 1]), training=True)
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    tf.train.Checkpoint(model=model).write(tmp_path / "model")

    weights, restored = model_with_dropout(), model_with_dropout()
    weights.load_weights(tmp_path / "model.weights.h5")
    checkpoint = tf.train.Checkpoint(model=restored)
    checkpoint.read(tmp_path / "model").assert_consumed()
    whole = keras.models.load_model(tmp_path / "model.keras")
    assert draws(model) == 1
    assert [draws(each) for each in (weights, restored, whole)] == [0, 0, 0]


def test_the_code_of_a_lambda_layer_is_refused(tmp_path: Path):
    """As the page says."""
    model = keras.Sequential([keras.layers.Lambda(lambda x: 2 * x)])
    model.build((None, 1))
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.models.load_model(tmp_path / "model.keras")
    keras.models.load_model(tmp_path / "model.keras", safe_mode=False)


def test_weights_cut_into_several_files_are_listed_in_json(tmp_path: Path):
    """As the page says."""
    line = KerasLinearModel()
    line(X)
    path = tmp_path / "line.weights.json"
    line.save_weights(path, max_shard_size=1)
    other = KerasLinearModel(0.0)
    other(X)
    other.load_weights(path)
    assert float(other.w) == 5
    with pytest.warns(UserWarning, match=r"\*.json"):
        line.save_weights(tmp_path / "line.weights.h5", max_shard_size=1)
