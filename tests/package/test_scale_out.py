"""Training in shards follows the formulas; workers start, fail, hang and die without leaving traces."""

import json
import os
import pickle
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tensorflow as tf
import yaml
from hypothesis import given
from hypothesis import strategies as st

from linear_tutorial import LinearModel, make_data
from linear_tutorial.scale_out import (
    WorkersFailedError,
    cluster,
    distribute,
    distributed_train_step,
    distributed_training_loop,
    run_workers,
    shard_sizes,
    worker,
)
from support import closed_form
from support.commands import ROOT, run, wait_until

PAGE = (ROOT / "docs" / "beyond" / "scale_out.md").read_text(encoding="utf-8")
ALONE = tf.distribute.get_strategy()

# -- Shards -----------------------------------------------------------------------------------------

# Logical devices must be made before TensorFlow starts, so these runs have a process of their own.
ON_DEVICES = """
import json, sys
import tensorflow as tf
from linear_tutorial import make_data
from linear_tutorial.scale_out import distributed_training_loop

devices = [tf.config.LogicalDeviceConfiguration()] * 4
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, devices)
paths = []
for seed, sizes, weighted in json.loads(sys.argv[1]):
    names = [f"CPU:{number}" for number in range(len(sizes))]
    history = distributed_training_loop(
        tf.distribute.MirroredStrategy(names),
        *make_data(sum(sizes), seed=seed),
        sizes,
        global_batch_size=sum(sizes) if weighted else None,
        epochs=15,
        learning_rate=0.12,
    )
    paths.append([history.w, history.b, history.loss])
print(json.dumps(paths))
"""


def test_shards_of_any_sizes_take_the_path_of_the_whole_batch_unless_their_means_are_averaged():
    runs = [
        (7, [101, 100], True),
        (8, [1, 49], True),
        (9, [20, 3, 30, 7], True),
        (10, [25, 25], False),
        (11, [30, 5, 15], False),
    ]
    result = run(sys.executable, "-c", ON_DEVICES, json.dumps(runs))
    assert result.returncode == 0, result.stderr
    paths = json.loads(result.stdout)
    for (seed, sizes, weighted), (*path, losses) in zip(
        runs, paths, strict=True
    ):
        x, y = make_data(sum(sizes), seed=seed)
        expected = (
            closed_form.trajectory(x, y, (5, 0), 0.12, 15)
            if weighted
            else averaged_path(x, y, sizes, 0.12, 15)
        )
        np.testing.assert_allclose(
            np.transpose(path), expected, rtol=2e-5, atol=2e-6
        )
        of_the_batch = [closed_form.loss(x, y, *state) for state in expected]
        np.testing.assert_allclose(losses, of_the_batch, rtol=1e-4)


def averaged_path(
    x: tf.Tensor, y: tf.Tensor, sizes: list[int], rate: float, epochs: int
) -> np.ndarray:
    """Return the path of those who average the gradients of the shards' means."""
    ends = np.cumsum(sizes)[:-1]
    shards = list(zip(np.split(x, ends), np.split(y, ends), strict=True))
    path = [np.array([5.0, 0.0])]
    for _ in range(epochs):
        gradients = [
            closed_form.gradient(*shard, *path[-1]) for shard in shards
        ]
        path.append(path[-1] - rate * np.mean(gradients, axis=0))
    return np.array(path)


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_shards_differ_in_size_by_one_at_most(replicas: int, more: int):
    sizes = shard_sizes(replicas + more, replicas)
    assert len(sizes) == replicas
    assert sum(sizes) == replicas + more
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= 1


X, Y = make_data(5)


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda: shard_sizes(5, 0), ["num_replicas", "0", "at least 1"]),
        (lambda: shard_sizes(2, 3), ["num_examples", "2", "at least 3"]),
        (lambda: distribute(ALONE, X, [4]), ["sizes", "1 number", "5", "[4]"]),
        (lambda: distribute(ALONE, X, [3, 2]), ["sizes", "1 number", "[3, 2]"]),
        (
            lambda: loop(y=tf.expand_dims(Y, 1)),
            ["x", "(5,)", "y", "(5, 1)", "same shape"],
        ),
        (lambda: loop(x=[np.nan] * 5), ["x", "5 of its 5", "finite"]),
        (lambda: loop(epochs=-1), ["epochs", "-1", "at least 0"]),
        (lambda: loop(learning_rate=0), ["learning_rate", "0", "greater than"]),
        (
            lambda: distributed_train_step(
                ALONE, LinearModel(), X, Y[:3], 0.1, 5
            ),
            ["x", "(5,)", "y", "(3,)", "same shape"],
        ),
    ],
)
def test_bad_input_is_named(do: Callable[[], object], said: list[str]):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        do()
    for words in said:
        assert words in str(caught.value)


def loop(x: object = X, y: object = Y, **options: object) -> None:
    distributed_training_loop(ALONE, x, y, [5], global_batch_size=5, **options)


# -- Workers ----------------------------------------------------------------------------------------


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("convert", [np.asarray, list, np.float64, np.int64])
def test_a_step_of_one_replica_takes_arrays_and_lists(convert: Any):
    strategy, results = tf.distribute.get_strategy(), []
    for change in tf.constant, convert:
        model = LinearModel()
        x, y = change([1.0, 2.0]), change([3.0, 4.0])
        loss = distributed_train_step(strategy, model, x, y, 0.1, 2)
        results.append((float(loss), float(model.w), float(model.b)))
    assert results[0] == results[1]


def test_each_worker_is_told_of_all_and_of_its_own_place():
    tell = python("import os; print(os.environ['TF_CONFIG'])")
    first, second = (
        json.loads(each.output) for each in run_workers([tell] * 2)
    )
    assert first["cluster"] == second["cluster"]
    assert len(set(first["cluster"]["worker"])) == 2
    for address in first["cluster"]["worker"]:
        assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    assert first["task"] == {"type": "worker", "index": 0}
    assert second["task"] == {"type": "worker", "index": 1}


def test_neither_a_proxy_nor_a_shared_gpu_comes_between_workers(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    names = "no_grpc_proxy", "CUDA_VISIBLE_DEVICES"
    tell = python(f"import os; print(*map(os.environ.get, {names}), sep='|')")
    (worker,) = run_workers([tell])
    assert worker.output == "127.0.0.1|\n"


def test_logs_have_no_colours(monkeypatch: pytest.MonkeyPatch):
    """Jupyter wants them, and Python gives them to tracebacks from version 3.13 on."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    fails = python("import os; print(os.environ['NO_COLOR']); 1 / 0")
    with pytest.raises(WorkersFailedError, match="ZeroDivisionError") as caught:
        run_workers([fails])
    (worker,) = caught.value.workers
    assert worker.output == "1\n"
    assert "\x1b" not in worker.log


def test_what_is_printed_and_what_is_logged_are_kept_apart(
    capfd: pytest.CaptureFixture[str],
):
    speak = python(
        "import sys; print('said'); print('logged', file=sys.stderr)"
    )
    (worker,) = run_workers([speak])
    assert (worker.output, worker.log) == ("said\n", "logged\n")
    assert capfd.readouterr() == ("", "")


class FastClock:
    """Replace the module `time`: time stands still until a worker has noted its process."""

    sleep = staticmethod(time.sleep)

    def __init__(self, pid: Path) -> None:
        self.pid = pid
        self.now = 0.0

    def monotonic(self) -> float:
        """Let the grace period pass between any two calls."""
        if is_noted(self.pid):
            self.now += cluster._GRACE_PERIOD + 1
        return self.now


def test_a_worker_that_fails_ends_all_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    pid = tmp_path / "pid"
    monkeypatch.setattr(cluster, "time", FastClock(pid))
    fails = python("raise SystemExit('the disk is full')")
    with pytest.raises(WorkersFailedError) as caught:
        run_workers([fails, waits(pid)], timeout=float("inf"))
    assert [worker.status for worker in caught.value.workers] == [1, None]
    said = str(caught.value)
    assert "the disk is full" in said
    assert said.splitlines()[-1] == (
        "worker 0 ended with status 1; "
        "worker 1 did not end in time and was stopped"
    )
    wait_until_gone(pid)


@pytest.mark.parametrize(
    "extra",
    ["", "os.kill(os.getpid(), signal.SIGSTOP)"],
    ids=["hangs", "stops"],
)
def test_a_stuck_worker_is_an_error_with_its_log_after_a_bounded_time(
    extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    pid = tmp_path / "pid"
    monkeypatch.setattr(cluster, "time", FastClock(pid))
    with pytest.raises(WorkersFailedError) as caught:
        run_workers([waits(pid, extra)], timeout=1)
    said = str(caught.value)
    assert "waiting for the others" in said
    assert said.endswith("\nworker 0 did not end in time and was stopped")
    wait_until_gone(pid)


def waits(pid: Path, extra: str = "") -> list[str]:
    """Return a command that notes its process, and that of a child, and then hangs."""
    return python(
        "import os, signal, subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        "print('waiting for the others', file=sys.stderr, flush=True)\n"
        f"with open({str(pid)!r}, 'w') as file:\n"
        "    print(os.getpid(), child.pid, file=file)\n"
        f"{extra}\n"
        "time.sleep(1000)"
    )


def is_noted(pid: Path) -> bool:
    """Tell whether a worker has noted its process."""
    return pid.exists() and pid.read_text().endswith("\n")


def wait_until_gone(pid: Path) -> None:
    """Wait until the processes that were noted have ended, as they do at once or soon."""
    worker, child = map(int, pid.read_text().split())
    wait_until(lambda: not psutil.pid_exists(worker) and not is_running(child))


def is_running(pid: int) -> bool:
    """Tell whether a process runs; a dead one may wait for whoever adopted it to notice."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_worker_killed_from_outside_is_named(tmp_path: Path):
    pid = tmp_path / "pid"

    def kill() -> None:
        wait_until(lambda: is_noted(pid))
        os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(
        WorkersFailedError, match="worker 1 was killed by SIGKILL"
    ):
        run_workers([python(""), waits(pid)], timeout=600)
    wait_until_gone(pid)


def test_workers_end_with_the_process_that_started_them(tmp_path: Path):
    pid = tmp_path / "pid"
    # From the file itself: the package would import TensorFlow first.
    code = (
        "import runpy\n"
        "cluster = runpy.run_path('linear_tutorial/scale_out/cluster.py')\n"
        f"cluster['run_workers']([{waits(pid)!r}])"
    )
    starter = subprocess.Popen(
        python(code), cwd=ROOT, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: is_noted(pid))
    starter.kill()
    starter.wait()
    wait_until_gone(pid)


def test_what_a_worker_leaves_running_is_ended(tmp_path: Path):
    pid = tmp_path / "pid"
    assert run_workers([waits(pid, "sys.exit()")])[0].status == 0
    wait_until_gone(pid)


def test_a_command_that_does_not_exist_stops_those_that_were_started(
    tmp_path: Path,
):
    pid = tmp_path / "pid"
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        run_workers([waits(pid), ["no-such-program"]])
    if is_noted(pid):
        wait_until_gone(pid)


def test_a_port_that_is_taken_is_not_chosen():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        (free,) = cluster.free_ports(1)
        for _ in range(8):
            assert cluster.free_ports(1, [taken, free]) == [free]
        with pytest.raises(OSError, match=rf"2 free ports .* only \[{free}\]"):
            cluster.free_ports(2, [taken, free])


# -- Copies of a prepared process -------------------------------------------------------------------


@pytest.mark.usefixtures("prepared")
def test_a_copy_is_told_what_a_program_of_its_own_is_told(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("ONLY_NOW", "here")
    tell = (
        "import json, os, sys; index = json.loads(os.environ['TF_CONFIG'])['task']['index'];"
        "print(sys.argv, 'tensorflow' in sys.modules, index, os.environ['ONLY_NOW'],"
        "repr(sys.stdin.read())); print('logged', file=sys.stderr)"
    )
    for index, copy in enumerate(run_workers([[*python(tell), "a b"]] * 2)):
        assert copy.output == f"['-c', 'a b'] True {index} here ''\n"
        assert copy.log == "logged\n"
    module = [
        sys.executable,
        "-m",
        "linear_tutorial.scale_out.worker",
        "--help",
    ]
    (copy,) = run_workers([module])
    assert "Train as a worker of the cluster" in copy.output


@pytest.mark.usefixtures("prepared")
def test_a_copy_can_hand_on_what_its_program_defines():
    code = """
import pickle
def f(): return "handed on"
print(pickle.loads(pickle.dumps(f))())
"""
    assert run_workers([python(code)])[0].output == "handed on\n"


@pytest.mark.usefixtures("prepared")
def test_copies_fail_die_and_hang_like_programs_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    pid = tmp_path / "pid"
    fails = python("raise SystemExit('the disk is full')")
    dies = python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with monkeypatch.context() as patched:
        patched.setattr(cluster, "time", FastClock(pid))
        with pytest.raises(WorkersFailedError, match="disk is full") as caught:
            run_workers([fails, waits(pid)], timeout=float("inf"))
    assert [copy.status for copy in caught.value.workers] == [1, None]
    wait_until_gone(pid)
    with pytest.raises(WorkersFailedError, match="0 was killed by SIGKILL"):
        run_workers([dies])
    # The process from which they were copied serves on.
    assert run_workers([python("print(1)")])[0].output == "1\n"


@pytest.mark.usefixtures("prepared")
def test_a_copy_belongs_to_its_group_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
):
    """Else it would outlive a group that is killed at once."""
    groups = []

    def wait(processes: list[cluster._Copy], timeout: float) -> None:
        groups.extend(os.getpgid(process._pid) for process in processes)

    monkeypatch.setattr(cluster, "_wait", wait)
    with pytest.raises(WorkersFailedError):
        run_workers([python("import time; time.sleep(600)")] * 20)
    assert len(set(groups)) == 1


@pytest.mark.usefixtures("prepared")
def test_a_copy_runs_where_a_program_of_its_own_would(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "mine.py").write_text("import os; print(os.getcwd())")
    monkeypatch.chdir(tmp_path)
    for command in python("import mine"), [sys.executable, "-m", "mine"]:
        assert run_workers([command])[0].output == f"{tmp_path}\n"


@pytest.mark.usefixtures("prepared")
def test_clusters_in_several_threads_keep_their_own_workers():
    def run(number: int) -> str:
        code = f"import time; time.sleep({number % 3 / 10}); print({number})"
        return run_workers([python(code)])[0].output

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(run, range(8)))
    assert said == [f"{number}\n" for number in range(8)]


def test_without_the_prepared_process_workers_are_programs_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(cluster, "_prepared", None)
    command = python("import sys; print('tensorflow' in sys.modules)")
    for _ in range(2):
        cluster.prepare_workers()
        assert run_workers([command])[0].output == "True\n"
        prepared = cluster._prepared
        assert prepared
        prepared._process.kill()
        prepared._process.communicate()
        assert run_workers([command])[0].output == "False\n"


def test_failed_workers_of_another_process_are_reported_in_this_one():
    with pytest.raises(WorkersFailedError) as caught:
        run_workers([python("raise SystemExit('the disk is full')")])
    other = pickle.loads(pickle.dumps(caught.value))
    assert str(other) == str(caught.value)
    assert other.workers == caught.value.workers


@pytest.mark.usefixtures("prepared")
def test_other_programs_are_not_copied():
    assert run_workers([["echo", "-c", "this"]])[0].output == "-c this\n"


def test_the_prepared_process_ends_with_the_one_that_started_it():
    # From the file itself: the package would import TensorFlow first.
    code = (
        "import runpy\n"
        "cluster = runpy.run_path('linear_tutorial/scale_out/cluster.py',"
        " run_name='linear_tutorial.scale_out.cluster')\n"
        "cluster['prepare_workers']()\n"
        "print(cluster['prepare_workers'].__globals__['_prepared']._process.pid)"
    )
    result = run(sys.executable, "-c", code, cwd=ROOT)
    wait_until(lambda: not is_running(int(result.stdout)))


def test_a_worker_without_a_cluster_trains_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(sys, "argv", ["worker", str(tmp_path)])
    runpy.run_path(worker.__file__, run_name="__main__")
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [state["epoch"] for state in states] == list(range(11))
    path = [(state["w"], state["b"]) for state in states]
    expected = closed_form.trajectory(*make_data(), (5, 0), 0.1, 10)
    np.testing.assert_allclose(path, expected, rtol=2e-5, atol=2e-6)


# -- What the page shows and no build runs ----------------------------------------------------------


def block(language: str, word: str) -> str:
    (found,) = [
        text
        for text in re.findall(
            rf"```{{code-block}} {language}\n(.*?)```", PAGE, re.DOTALL
        )
        if word in text
    ]
    return found


def told(folder: Path) -> Path:
    """Put a Python into a folder that only prints what it was told."""
    python = folder / "python"
    python.write_text(
        '#!/bin/sh\necho "$TF_CONFIG" | tr -d "\\n"\necho " $*"\n'
    )
    python.chmod(0o755)
    return folder


def test_the_batch_script_tells_each_process_its_place(tmp_path: Path):
    # Stand-ins for Slurm's two commands.
    (tmp_path / "scontrol").write_text("#!/bin/sh\nprintf 'n1\\nn2\\n'\n")
    (tmp_path / "srun").write_text(
        '#!/bin/sh\nshift\nfor n in 0 1; do SLURM_PROCID=$n "$@"; done\n'
    )
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    result = run(
        *["bash", "-c", block("bash", "SBATCH")],
        PATH=f"{told(tmp_path)}:{os.environ['PATH']}",
        SLURM_JOB_NODELIST="n[1-2]",
    )
    assert result.stderr == ""
    for index, line in enumerate(result.stdout.splitlines()):
        config, command = line.split(" -m ")
        assert json.loads(config) == {
            "cluster": {"worker": ["n1:12345", "n2:12345"]},
            "task": {"type": "worker", "index": index},
        }
        assert command == "linear_tutorial.scale_out.worker /shared/line"
    assert index == 1


def test_the_pods_of_the_job_find_each_other(tmp_path: Path):
    service, job = yaml.safe_load_all(block("yaml", "kind: Job"))
    name, spec = job["metadata"]["name"], job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert service["spec"] == {
        "clusterIP": "None",
        "selector": {"batch.kubernetes.io/job-name": name},
    }
    # Kubernetes calls the pods of an indexed job so, within the domain of the service.
    domain = service["metadata"]["name"]
    assert (spec["completionMode"], pod["subdomain"]) == ("Indexed", domain)
    hosts = [f"{name}-{index}.{domain}" for index in range(spec["completions"])]
    for index, _ in enumerate(hosts):
        result = run(
            *container["command"],
            PATH=f"{told(tmp_path)}:{os.environ['PATH']}",
            JOB_COMPLETION_INDEX=str(index),
        )
        assert result.stderr == ""
        config, command = result.stdout.strip().split(" -m ")
        assert json.loads(config) == {
            "cluster": {"worker": [f"{host}:12345" for host in hosts]},
            "task": {"type": "worker", "index": index},
        }
        assert command == "linear_tutorial.scale_out.worker /shared/line"


def test_the_pools_of_vertex_ai_start_the_worker_of_this_package():
    job = yaml.safe_load(block("yaml", "workerPoolSpecs"))
    assert job["scheduling"] == {"restartJobOnWorkerRestart": True}
    pools = job["workerPoolSpecs"]
    for pool in pools:
        *command, folder = pool["containerSpec"]["command"]
        assert command == ["python", "-m", "linear_tutorial.scale_out.worker"]
        assert folder.startswith("/gcs/")
    assert [pool["replicaCount"] for pool in pools] == [1, 1]
