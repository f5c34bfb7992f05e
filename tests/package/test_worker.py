"""A worker goes on from the chief's checkpoint or says why not, in one line."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tensorflow as tf

from linear_tutorial import LinearModel
from linear_tutorial.resumable import CheckpointError, list_checkpoints
from linear_tutorial.scale_out import WorkersFailedError, run_workers
from linear_tutorial.scale_out.cluster import free_ports
from linear_tutorial.scale_out.worker import check_tf_config, main, train
from support.commands import ROOT, error_of, wait_until

COMMAND = [sys.executable, "-m", "linear_tutorial.scale_out.worker"]


class StoppedError(Exception):
    """The training is to stop here."""


def train_alone(folder: Path | str, until: int = 10) -> list[int]:
    """Train up to an epoch, and return the epochs that were reported."""
    epochs = []

    def report(epoch: int, w: float, b: float) -> None:
        epochs.append(epoch)
        if epoch == until:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(folder, report)
    return epochs


@pytest.mark.parametrize(
    "name", ["plain", "with blank", "a:b", "]", "{a,b}", 'a"b', "训练 一", "~"]
)
def test_training_goes_on_in_a_folder_of_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # What stands before a relative name does not matter.
    (tmp_path / "a[1]?").mkdir()
    monkeypatch.chdir(tmp_path / "a[1]?")
    assert train_alone(name, until=5) == [0, 1, 2, 3, 4, 5]
    assert train_alone(name) == [5, 6, 7, 8, 9, 10]
    names = [Path(path).name for path in list_checkpoints(Path(name, "chief"))]
    assert names == ["ckpt-10", "ckpt-9", "ckpt-8"]


@pytest.mark.parametrize("name", ["w[1]", "w?", "w*", "w\\", "gs://bucket/w"])
def test_a_name_that_tensorflow_reads_otherwise_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="folder must be"):
        train(name, print)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, "", "torn {"])
def test_a_damaged_list_of_checkpoints_is_no_fresh_start(
    content: str | None, tmp_path: Path
):
    train_alone(tmp_path, until=4)
    if content is None:
        (tmp_path / "chief" / "checkpoint").unlink()
    else:
        (tmp_path / "chief" / "checkpoint").write_text(content)
    assert train_alone(tmp_path, until=6) == [4, 5, 6]


def test_without_the_chiefs_checkpoints_those_of_others_are_not_lost(
    tmp_path: Path,
):
    train_alone(tmp_path, until=4)
    (tmp_path / "chief").rename(tmp_path / "1")
    with pytest.raises(CheckpointError, match=r"1/ckpt-4 exists, but .*chief"):
        train(tmp_path, print)
    assert len(list_checkpoints(tmp_path / "1")) == 3


def test_after_a_very_first_save_that_was_cut_off_training_begins_anew(
    tmp_path: Path,
):
    train_alone(tmp_path, until=1)
    (tmp_path / "chief").rename(tmp_path / "1")
    assert train_alone(tmp_path, until=2) == [0, 1, 2]


def test_a_torn_checkpoint_is_passed_over_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    train_alone(tmp_path, until=4)
    (tmp_path / "chief" / "ckpt-4.index").write_bytes(b"torn")
    assert train_alone(tmp_path, until=5) == [3, 4, 5]
    assert f"passes over {tmp_path}/chief/ckpt-4: " in capsys.readouterr().err


def test_where_no_checkpoint_can_be_read_nothing_is_begun_anew(tmp_path: Path):
    train_alone(tmp_path, until=4)
    for path in tmp_path.glob("chief/ckpt-*.index"):
        path.write_bytes(b"torn")
    with pytest.raises(CheckpointError, match=r"no checkpoint in .*chief can"):
        train(tmp_path, print)


@pytest.mark.parametrize("place", ["chief", "base"])
def test_a_folder_with_checkpoints_of_its_own_is_not_trained_in(
    place: str, tmp_path: Path
):
    folder = tmp_path / place
    state = tf.train.Checkpoint(w=tf.Variable(1.0))
    tf.train.CheckpointManager(state, folder, max_to_keep=3).save()
    with pytest.raises(CheckpointError, match=f"{place} has checkpoints"):
        train(folder, print)
    assert not (folder / "chief").exists()


def test_a_worker_says_that_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    train_alone(tmp_path, until=1)
    assert "starts at the beginning\n" in capsys.readouterr().err
    train_alone(tmp_path, until=2)
    assert "starts at the beginning" not in capsys.readouterr().err


# -- The command ------------------------------------------------------------------------------------


def test_the_command_names_a_folder_that_is_none(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    said = error_of(main, tmp_path / "file")
    assert said == f"error: {tmp_path}/file cannot be read (Not a directory)"
    assert "has '['" in error_of(main, tmp_path / "w[1]")


@pytest.mark.parametrize(
    "other",
    [
        lambda: {"weights": tf.Variable(1.0)},
        lambda: {"model": LinearModel(), "epoch": tf.Variable(1.0)},
    ],
    ids=["names", "dtype"],
)
def test_the_command_does_not_take_another_programs_checkpoints_for_its_own(
    other: Callable[[], dict[str, object]], tmp_path: Path
):
    state = tf.train.Checkpoint(**other())
    tf.train.CheckpointManager(state, tmp_path / "chief", max_to_keep=3).save()
    assert "those of another program" in error_of(main, tmp_path)


ONE = {"worker": ["host:12345"]}
FIRST = {"type": "worker", "index": 0}
BAD_CONFIGS = [
    ("", "is no JSON"),
    ("{'cluster': {}}", "is no JSON"),
    ('{"cluster": {"worker":\n ["host:1"]}', "is no JSON"),
    ("[]", "is no JSON object"),
    ("{}", 'lacks "cluster"'),
    ({"task": FIRST}, 'lacks "cluster"'),
    ({"cluster": ONE}, 'lacks "task"'),
    ({"cluster": ["host:1"], "task": FIRST}, 'no object under "cluster"'),
    ({"cluster": ONE, "task": 0}, 'no object under "task"'),
    ({"cluster": ONE, "task": {"type": "worker"}}, 'lacks "index"'),
    ({"cluster": ONE, "task": {"index": 0}}, 'lacks "type"'),
    ({"cluster": {"worker": "host:1"}, "task": FIRST}, "no list of addresses"),
    ({"cluster": {"worker": ["host"]}, "task": FIRST}, "no list of addresses"),
    ({"cluster": {"worker": []}, "task": FIRST}, "not in its cluster"),
    (
        {"cluster": {"worker": ["http://a:1", "b:1"]}, "task": FIRST},
        "an address that does not begin with the name of a machine",
    ),
    ({"cluster": {"worker": ["a:1", "a:1"]}, "task": FIRST}, "address twice"),
    (
        {"cluster": {**ONE, "ps": ["a:1"]}, "task": FIRST},
        "tasks that do not train here: ['ps']",
    ),
    ({"cluster": ONE, "task": {**FIRST, "index": 1}}, "not in its cluster"),
    ({"cluster": ONE, "task": {**FIRST, "index": -1}}, "not in its cluster"),
    (
        {"cluster": ONE, "task": {**FIRST, "type": "chief"}},
        "not in its cluster",
    ),
]


@pytest.mark.parametrize(
    ("config", "said"),
    BAD_CONFIGS,
    ids=[str(n) for n in range(len(BAD_CONFIGS))],
)
def test_the_command_says_what_is_wrong_with_the_description_of_the_cluster(
    config: object, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = config if isinstance(config, str) else json.dumps(config)
    monkeypatch.setenv("TF_CONFIG", text)
    error = error_of(main, tmp_path)
    assert error.startswith("error: TF_CONFIG ")
    assert said in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "config",
    [
        {"cluster": {"worker": ["a:1", "b:2"]}, "task": {**FIRST, "index": 1}},
        {"cluster": {"worker": ["a:1"]}, "task": {**FIRST, "index": "0"}},
        {
            "cluster": {"chief": ["[::1]:1"], "worker": ["a.example.org:2"]},
            "task": {"type": "chief", "index": 0, "trial": "7"},
            "environment": "cloud",
        },
    ],
    ids=["two workers", "a number as text", "Vertex AI"],
)
def test_what_the_page_and_the_clouds_set_is_right(config: object):
    check_tf_config(json.dumps(config))


def test_the_command_names_a_port_that_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as other_program:
        address = f"127.0.0.1:{other_program.getsockname()[1]}"
        config = {"cluster": {"worker": [address]}, "task": FIRST}
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))
        said = error_of(main, tmp_path)
    assert said.startswith(
        f"error: this worker cannot listen on its port, {address} ("
    )
    assert "in use" in said
    assert list(tmp_path.iterdir()) == []


def test_the_command_names_a_port_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = {"cluster": {"worker": ["host:65536"]}, "task": FIRST}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert "its port, host:65536 (" in error_of(main, tmp_path)


@pytest.mark.usefixtures("prepared")
def test_workers_that_see_different_checkpoints_all_stop_and_say_so(
    tmp_path: Path,
):
    train_alone(tmp_path / "one", until=4)
    commands = [[*COMMAND, str(tmp_path / name)] for name in ("one", "two")]
    with pytest.raises(WorkersFailedError) as caught:
        run_workers(commands)
    for worker, name in zip(caught.value.workers, ("one", "two"), strict=True):
        assert (worker.status, worker.output) == (1, "")
        assert (
            "error: the workers start from different checkpoints, after the "
            f"epochs [4 0]; all must see the same folder {tmp_path / name}"
        ) in worker.log.splitlines()


FIT = """
import keras
import tensorflow as tf
from linear_tutorial import KerasLinearModel, make_data

strategy = tf.distribute.MultiWorkerMirroredStrategy()
x, y = make_data(200)
with strategy.scope():
    model = KerasLinearModel()
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
try:
    model.fit(x[:, None], y[:, None], batch_size=200, verbose=0)
except ValueError as error:
    print(error)
"""


@pytest.mark.usefixtures("prepared")
def test_fit_cannot_train_with_several_workers_as_the_page_says():
    # When it can, this fails: the page has to say so then.
    for ended in run_workers([[sys.executable, "-c", FIT]] * 2):
        assert "Attempt to convert a value (PerReplica" in ended.output


def test_sigterm_ends_a_worker_that_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = {
        "cluster": {"worker": [f"127.0.0.1:{free_ports(1)[0]}"]},
        "task": FIRST,
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    code = f"""if True:
        import sys
        from linear_tutorial.scale_out.worker import train
        train({str(tmp_path)!r}, lambda *_: print(flush=True) or input())
        """
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == -signal.SIGTERM


def test_ctrl_c_ends_a_worker_that_waits_for_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own, other = free_ports(2)
    workers = [f"127.0.0.1:{port}" for port in (own, other)]
    config = {"cluster": {"worker": workers}, "task": FIRST}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    process = subprocess.Popen(
        [*COMMAND, tmp_path], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )

    def listens() -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", own)) == 0

    wait_until(listens)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in said
