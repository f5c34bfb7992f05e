"""Real edits to a copy of the whole project, built with `make html`."""

import os
import re
import shutil
import subprocess
from itertools import chain
from pathlib import Path

import lxml.etree
import lxml.html
import nbformat
import pytest
import yaml

from support.commands import ROOT, run
from support.projects import PAGES, contents, edit

# One copy of the project serves all. Those that leave less to read anew come first.


def make(
    project: Path, target: str = "html"
) -> subprocess.CompletedProcess[str]:
    return run("make", target, cwd=project)


def executed(said: str) -> dict[str, str]:
    """Return the names of the pages that a build says it executed, with the reasons."""
    lines = re.findall(
        r"^executed (\S+) in \S+ s \((.*)\)$", said, re.MULTILINE
    )
    return dict(lines)


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


def test_accepted_numbers_are_shown_in_both_languages(project: Path):
    assert make(project).returncode == 0
    page = "tutorial/model"
    old, new = "print(model(3.0).numpy())", "print(model(4.0).numpy())"
    edit(project, f"docs/{page}.md", old, new)
    result = make(project, "accept")
    assert set(executed(result.stdout)) == {page}
    changed = re.findall(r"^(\S+): \d+ accepted$", result.stdout, re.MULTILINE)
    assert changed == [page]
    assert make(project).returncode == 0
    for language in "en", "zh-cn":
        assert "20.0" in shown(project, language, page)


def test_an_edit_executes_only_pages_that_use_the_edited_file(project: Path):
    assert make(project).returncode == 0
    uses = {
        "figures/fit.py": {"tutorial/model", "tutorial/training_loop"},
        "replay/recording.py": {"history/recorded_run"},
    }
    package, extensions = "linear_tutorial", "docs/_ext"
    for name in (
        *(f"{package}/{module}" for module in uses),
        # What stands around the pages.
        f"{extensions}/editions/build.py",
        f"{extensions}/editions/templates/front.html",
        f"{extensions}/book/theme/static/site.css",
    ):
        path = project / name
        comment = {".py": "# x", ".html": "{#- x #}", ".css": "/* x */"}
        path.write_text(path.read_text() + comment[path.suffix] + "\n")
    (project / "docs" / "_pictures" / "training-loop-en.png").write_bytes(b"")
    result = make(project)
    assert result.returncode == 0, result.stderr
    # Pages that start processes, of which one could use any module, are not executed.
    assert executed(result.stdout) == {
        page: f"{package}/{module} changed"
        for module, pages in uses.items()
        for page in pages
    }


ADDRESS = "https://example.org/book/"
REPOSITORY = "someone/book/blob/site/html"


@pytest.fixture(scope="module")
def published(chromium: str, copy_of_project: Path) -> Path:
    """Publish the book as its host does; return the folder with its files of each kind."""
    output = copy_of_project / "output"
    file = copy_of_project / ".readthedocs.yaml"
    jobs = yaml.safe_load(file.read_text())["build"]["jobs"]["build"]
    for command in chain.from_iterable(jobs.values()):
        result = run(
            *["bash", "-c", command],
            cwd=copy_of_project,
            READTHEDOCS_OUTPUT=str(output),
            READTHEDOCS_CANONICAL_URL=ADDRESS,
            COLAB_REPOSITORY=REPOSITORY,
        )
        assert result.returncode == 0, result.stderr
    return output


def test_the_hosted_build_publishes_both_languages(published: Path):
    address, repository = ADDRESS, REPOSITORY
    html = published / "html"
    for kind in "pdf", "epub", "htmlzip":
        (offered,) = (published / kind).iterdir()
        assert (html / "offline" / offered.name).is_file()
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
    (wheel,) = html.glob("zh-cn/*.whl")
    install, prose = (cell.source for cell in notebook.cells[:2])
    assert f"%pip install --quiet {address}zh-cn/{wheel.name}" in install
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


def test_every_epub_passes_epubcheck(published: Path):
    program = shutil.which("epubcheck")
    if program is None:
        message = "epubcheck is not on this machine; 'apt install' brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    epubs = sorted((published / "html" / "offline").glob("*.epub"))
    assert len(epubs) == 2
    for epub in epubs:
        # A file of Java, which Debian runs by a setting of the kernel that containers lack.
        result = run("java", "-jar", program, epub)
        assert result.returncode == 0, result.stdout + result.stderr


def test_every_pdf_has_all_pages_and_figures(
    published: Path, copy_of_project: Path
):
    for language in "en", "zh-cn":
        printed = copy_of_project / "_build" / "pdf" / f"{language}.html"
        document = lxml.html.parse(printed)
        assert len(document.findall(".//article")) == len(PAGES)
        name = f"linear-tutorial-{language}.pdf"
        content = (published / "html" / "offline" / name).read_bytes()
        assert b"file:" not in content
        figures = document.findall(".//figure")
        assert content.count(b"/S /Caption") >= len(figures) > 20
