"""Nothing stale gets through: real edits to a copy of the project, built as `make html` does."""

import re
import shutil
import subprocess
from pathlib import Path

import lxml.html
import pytest

from conftest import run

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(autouse=True)
def no_kernel_yet(project: Path) -> None:
    shutil.rmtree(project / "ipython", ignore_errors=True)


def make(
    project: Path, target: str = "html"
) -> subprocess.CompletedProcess[str]:
    # Every kernel that starts makes this folder.
    return run("make", target, cwd=project, IPYTHONDIR=str(project / "ipython"))


def kernels_started(project: Path) -> bool:
    return (project / "ipython").exists()


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def shown(project: Path, language: str, page: str) -> str:
    path = project / "_build" / "html" / language / f"{page}.html"
    html = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    return html.text_content()


def test_an_edit_to_prose_starts_no_kernel(project: Path):
    edit(project, "docs/tutorial/data.md", "## One batch", "## A single batch")
    catalogue = "docs/locales/zh_CN/LC_MESSAGES/tutorial/data.po"
    edit(project, catalogue, '"One batch"', '"A single batch"')
    result = make(project)
    assert result.returncode == 0, result.stderr
    assert not kernels_started(project)
    assert "A single batch" in shown(project, "en", "tutorial/data")


def test_an_edit_to_the_package_executes_and_shows_the_new_numbers(
    project: Path,
):
    edit(project, "linear_tutorial/data.py", "seed: int = 42", "seed: int = 43")
    result = make(project)
    assert result.returncode != 0
    assert kernels_started(project)
    broken = re.findall(r"docs/(\S+?\.md):\d+: ERROR", result.stderr)
    assert {
        f"tutorial/{page}.md" for page in ("data", "model", "keras")
    } <= set(broken)

    assert make(project, "accept").returncode == 0
    assert make(project).returncode == 0
    promised = (project / "docs/tutorial/model.md").read_text()
    (loss,) = re.findall(r"^loss: (\d+\.\d{6})$", promised, re.MULTILINE)
    assert loss != "10.360888"
    for language in "en", "zh-cn":
        assert loss in shown(project, language, "tutorial/model")


SABOTAGES = {
    "a-digit-of-a-promise": (
        "docs/tutorial/keras.md",
        "loss: 10.3609",
        "loss: 10.3608",
        r"docs/tutorial/keras\.md:\d+: ERROR(.|\n)*- 1/1 - \.\.\. - loss: 10\.3608",
    ),
    "the-sign-of-the-loss": (
        "linear_tutorial/loss.py",
        "tf.square(target_y - predicted_y)",
        "-tf.square(target_y - predicted_y)",
        r"docs/tutorial/training_loop\.md:\d+: ERROR",
    ),
    "a-factor-of-the-gradient": (
        "linear_tutorial/training.py",
        "model.w.assign_sub(learning_rate * dw)",
        "model.w.assign_sub(learning_rate * 2 * dw)",
        r"docs/tutorial/training_loop\.md:\d+: ERROR(.|\n)*\n\+ epoch  1: W = 3\.94",
    ),
    "the-sign-of-the-update": (
        "linear_tutorial/training.py",
        "model.b.assign_sub",
        "model.b.assign_add",
        r"docs/tutorial/training_loop\.md:\d+: ERROR(.|\n)*\n\+ epoch  1: W = 4\.47, b = -",
    ),
    "a-translation": (
        "docs/locales/zh_CN/LC_MESSAGES/tutorial/model.po",
        'msgstr "未经训练的模型"',
        'msgstr ""',
        r"docs/tutorial/model\.md:\d+: ERROR: not translated: The untrained model",
    ),
}


@pytest.mark.parametrize(
    ("name", "old", "new", "said"), SABOTAGES.values(), ids=SABOTAGES
)
def test_a_sabotage_fails_the_build_and_is_located(
    project: Path, name: str, old: str, new: str, said: str
):
    edit(project, name, old, new)
    # Twice where nothing has to be executed for it.
    for _ in range(1 if name.endswith(".py") else 2):
        result = make(project)
        assert result.returncode != 0
        assert re.search(said, result.stderr), result.stderr
