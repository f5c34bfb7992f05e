"""Real edits to a copy of the project, built with `make html`: nothing stale gets through."""

import re
import subprocess
import time
from pathlib import Path

import lxml.etree
import lxml.html
import nbformat
import yaml

from support.commands import ROOT, run
from support.projects import contents

# One copy of the project serves all; those that edit the package come last, because after them
# everything is read anew.


def make(
    project: Path, target: str = "html"
) -> subprocess.CompletedProcess[str]:
    return run("make", target, cwd=project)


def executed(said: str) -> set[str]:
    """Return the names of the pages that a build says it executed."""
    return set(re.findall(r"^executed (\S+) in ", said, re.MULTILINE))


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def shown(project: Path, language: str, page: str) -> str:
    path = project / "_build" / "html" / language / f"{page}.html"
    html = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    return html.text_content()


def test_two_sites_of_the_same_sources_are_the_same_byte_by_byte(
    project: Path,
):
    assert make(project).returncode == 0
    ours = contents(ROOT / "_build" / "html")
    others = contents(project / "_build" / "html")
    assert ours.keys() == others.keys()
    assert [name for name in ours if ours[name] != others[name]] == []


def test_an_edit_to_prose_executes_nothing_and_reads_one_page(project: Path):
    assert make(project).returncode == 0
    before = times_of_reading(project)
    site = contents(project / "_build" / "html")
    page = "docs/tutorial/data.md"
    catalogue = "docs/locales/zh_CN/LC_MESSAGES/tutorial/data.po"
    edit(project, page, "## One batch", "## A single batch")
    edit(project, catalogue, '"One batch"', '"A single batch"')
    result = make(project)
    assert result.returncode == 0, result.stderr
    assert executed(result.stdout) == set()
    assert "A single batch" in shown(project, "en", "tutorial/data")
    after = times_of_reading(project)
    read = {path for path in after if after[path] != before[path]}
    assert read == {
        Path(f"html-{language}", "tutorial", "data.doctree")
        for language in ("en", "zh-cn")
    }
    # What is kept from one build to the next leaves no trace.
    edit(project, page, "## A single batch", "## One batch")
    edit(project, catalogue, '"A single batch"', '"One batch"')
    assert make(project).returncode == 0
    assert contents(project / "_build" / "html") == site


def times_of_reading(project: Path) -> dict[Path, int]:
    folder = project / "_build" / "doctrees"
    return {
        path.relative_to(folder): path.stat().st_mtime_ns
        for path in folder.rglob("*.doctree")
    }


def test_a_build_with_nothing_to_do_says_so_at_once(project: Path):
    assert make(project).returncode == 0
    start = time.monotonic()
    result = make(project)
    assert "Nothing has changed" in result.stdout
    assert time.monotonic() - start < 1
    # A page that someone changed by hand is not what was checked.
    page = project / "_build" / "html" / "en" / "tutorial" / "model.html"
    text = page.read_text(encoding="utf-8")
    assert "loss: 10.36089" in text
    page.write_text(text.replace("10.36089", "10.36088"), encoding="utf-8")
    result = make(project)
    assert "Nothing has changed" not in result.stdout
    assert page.read_text(encoding="utf-8") == text


def test_a_changed_digit_fails_the_build_until_it_is_put_right(project: Path):
    assert make(project).returncode == 0
    page = "docs/tutorial/keras.md"
    edit(project, page, "loss: 10.3609", "loss: 10.3608")
    for _ in range(2):
        result = make(project)
        assert result.returncode != 0
        said = rf"{page}:\d+: ERROR(.|\n)*- 1/1 - \.\.\. - loss: 10\.3608"
        assert re.search(said, result.stderr), result.stderr
    # The last site that was right is still there.
    assert "loss: 10.3609" in shown(project, "en", "tutorial/keras")
    edit(project, page, "loss: 10.3608", "loss: 10.3609")
    result = make(project)
    assert result.returncode == 0, result.stderr
    assert executed(result.stdout) == set()


def test_the_hosted_build_publishes_both_languages(project: Path):
    address = "https://example.org/book/"
    repository = "someone/book/blob/site/html"
    for command in yaml.safe_load((project / ".readthedocs.yaml").read_text())[
        "build"
    ]["commands"]:
        result = run(
            *["bash", "-c", command],
            cwd=project,
            READTHEDOCS_OUTPUT=str(project / "output"),
            READTHEDOCS_CANONICAL_URL=address,
            COLAB_REPOSITORY=repository,
        )
        assert result.returncode == 0, result.stderr
    html = project / "output" / "html"
    for page in "index", "en/index", "zh-cn/index":
        assert (html / f"{page}.html").is_file()
    path = html / "zh-cn" / "tutorial" / "data.html"
    page = lxml.html.parse(path)
    links = {
        (link.get("rel"), link.get("hreflang")): link.get("href")
        for link in page.xpath("//head/link")
    }
    chinese = f"{address}zh-cn/tutorial/data.html"
    assert links["canonical", None] == chinese
    assert links["alternate", "zh-CN"] == chinese
    assert links["alternate", "en"] == f"{address}en/tutorial/data.html"
    (colab,) = page.xpath("//a[@aria-label='在 Colab 中打开本页']/@href")
    assert colab == (
        "https://colab.research.google.com/github/"
        f"{repository}/zh-cn/tutorial/data.ipynb"
    )
    # The notebook finds the package and the other pages where they are published.
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    (wheel,) = html.glob("*.whl")
    install, prose = (cell.source for cell in notebook.cells[:2])
    assert f"%pip install --quiet {address}{wheel.name}" in install
    assert f"# [准备训练数据]({chinese})" in prose
    glossary = f"{address}zh-cn/reference/glossary.html"
    assert f"[监督学习]({glossary}#term-supervised-learning)" in prose

    # From whatever address the page for 404 is shown, its links lead to the book.
    assert f'<base href="{address}">' in (html / "404.html").read_text()
    sitemap = lxml.etree.parse(html / "sitemap.xml")
    listed = {
        url.findtext("{*}loc"): {
            link.get("hreflang"): link.get("href")
            for link in url.iterfind("{*}link")
        }
        for url in sitemap.iterfind("{*}url")
    }
    both = {"en": f"{address}en/tutorial/data.html", "zh-CN": chinese}
    assert listed[chinese] == listed[both["en"]] == both
    for place in listed:
        assert (html / place.removeprefix(address)).is_file()


def test_accepted_numbers_are_shown_in_both_languages(project: Path):
    assert make(project).returncode == 0
    page = "tutorial/model"
    edit(project, f"docs/{page}.md", "print(model(3.0))", "print(model(4.0))")
    result = make(project, "accept")
    assert executed(result.stdout) == {page}
    changed = re.findall(r"^(\S+): \d+ accepted$", result.stdout, re.MULTILINE)
    assert changed == [page]
    assert make(project).returncode == 0
    for language in "en", "zh-cn":
        assert "tf.Tensor(20.0, shape=()" in shown(project, language, page)


def test_an_edit_to_a_module_executes_only_pages_that_use_it(project: Path):
    assert make(project).returncode == 0
    edit(
        project,
        "linear_tutorial/replay/recording.py",
        "import json",
        "# Read from the package.\nimport json",
    )
    result = make(project)
    assert result.returncode == 0, result.stderr
    # Pages that start processes do not use it either.
    assert executed(result.stdout) == {"history/recorded_run"}
