"""The build of all editions of a small project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import lxml.html
import pytest

from editions.build import SiteBuild
from nbpromises.execution.dependencies import digest_files
from support.commands import EXTENSIONS, run
from support.sites import Site

CONFIGURATION = """
    import sys
    from pathlib import Path
    ROOT = Path(__file__).parent
    sys.path[:0] = [{extensions!r}]
    from editions.languages import read_table
    project = "small"
    extensions = ["myst_nb", "nbpromises", "editions"]
    exclude_patterns = ["_*"]
    editions_table = read_table(ROOT / "docs" / "_editions.toml")
    editions_address = ""
    language = "en"
    locale_dirs = ["locales"]
    gettext_compact = False
    nbpromises_watched_variables = ["MINE"]
    html_theme = "sphinx_book_theme"
    html_theme_options = {{
        "article_header_end": ["language-switch.html", "side-by-side.html"],
    }}
    """
PAGE = """
    ```{code-cell} ipython3
    import helper
    print(helper.ANSWER)
    ```

    ```{expected-output}
    42
    ```

    Some words.
    """
CATALOGUE = """
    msgid ""
    msgstr "Content-Type: text/plain; charset=utf-8\\n"

    msgid "A page"
    msgstr "一页"

    msgid "Some words."
    msgstr "几个词。"
    """
CATALOGUE_PATH = "docs/locales/zh_CN/LC_MESSAGES/index.po"


class Project:
    """A small project with two editions of one page."""

    def __init__(self, root: Path) -> None:
        self.root = root
        extensions = str(EXTENSIONS)
        self.write("conf.py", CONFIGURATION.format(extensions=extensions))
        table = (EXTENSIONS.parent / "_editions.toml").read_text()
        self.write("docs/_editions.toml", table)
        self.write("helper.py", "ANSWER = 42\n")
        self.write("docs/index.md", dedent(Site.HEADER) + dedent(PAGE))
        self.write(CATALOGUE_PATH, CATALOGUE)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def command(self) -> list[str]:
        return [sys.executable, "-m", "editions", str(self.root)]

    def build(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(*self.command(), cwd=EXTENSIONS, **environment)

    def must_build(self, **environment: str) -> str:
        result = self.build(**environment)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def page(self, folder: str) -> str:
        path = self.root / "_build" / "html" / folder / "index.html"
        return str(lxml.html.parse(path).getroot().text_content())

    def digests(self) -> dict[str, str]:
        """Digest all files but Sphinx's digest of the settings.

        Those name the extensions' folder, which lies outside of these projects alone.
        """
        site = self.root / "_build" / "html"
        return {
            path.relative_to(site).as_posix(): digest_files(site, [path])
            for path in site.rglob("*")
            if path.is_file() and path.name != ".buildinfo"
        }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    project.must_build()
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """Copy the project with all that was built."""
    copy = tmp_path / "copy"
    shutil.copytree(built.root, copy)
    return Project(copy)


def test_all_editions_are_built_and_linked(built: Project):
    site = built.root / "_build" / "html"
    english = lxml.html.parse(site / "en" / "index.html").getroot()
    (switch,) = english.find_class("language-switch")
    target = site / "en" / switch.get("href")
    assert target.resolve() == site / "zh-cn" / "index.html"
    assert switch.text == "中文"
    (button,) = english.find_class("side-by-side")
    assert button.get("data-src").startswith("index.translation.js?v=")
    assert "几个词。" in (site / "en" / "index.translation.js").read_text()
    assert "几个词。" in built.page("zh-cn")
    front = lxml.html.parse(site / "index.html")
    assert front.xpath("//a/@href") == ["en/index.html", "zh-cn/index.html"]


def test_a_build_of_one_language_offers_no_other(built: Project):
    folder = built.root / "_build" / "alone"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-c", built.root]
    result = run(*command, built.root / "docs", folder)
    assert result.returncode == 0, result.stderr
    html = lxml.html.parse(folder / "index.html").getroot()
    assert not html.find_class("language-switch")
    assert not html.find_class("side-by-side")


def test_a_build_with_nothing_to_do_imports_no_sphinx(project: Project):
    # A copy is as good as the project itself.
    command = [sys.executable, "-X", "importtime", *project.command()[1:]]
    result = run(*command, cwd=EXTENSIONS)
    assert "Nothing has changed" in result.stdout
    assert not re.search(r"\|\s+sphinx", result.stderr)
    assert "Nothing has changed" not in project.must_build(MINE="1")


def test_a_file_that_a_page_uses_is_noticed_wherever_it_lies(
    project: Project,
):
    outside = project.write("../outside.txt", "42")
    hidden = project.write(".hidden/data.txt", "42")
    beside = project.write("_buildings/data.txt", "42")
    names = (
        "'../../outside.txt', '../.hidden/data.txt', '../_buildings/data.txt'"
    )
    read = f"[open(name).read() for name in ({names})]"
    project.edit("docs/index.md", "print(helper", f"{read}\nprint(helper")
    project.must_build()
    for path in outside, hidden, beside:
        assert "Nothing has changed" in project.must_build()
        path.write_text("43")
        assert "1 pages executed" in project.must_build()


def test_a_file_in_a_linked_folder_is_noticed(project: Project):
    elsewhere = project.write("../elsewhere/data.txt", "42").parent
    (project.root / "docs" / "linked").symlink_to(elsewhere)
    read = "open('linked/data.txt').read()"
    project.edit("docs/index.md", "print(helper", f"{read}\nprint(helper")
    project.must_build()
    assert "Nothing has changed" in project.must_build()
    (elsewhere / "data.txt").write_text("43")
    assert "1 pages executed" in project.must_build()


def test_what_was_changed_and_changed_back_during_a_build_is_read_again(
    project: Project,
):
    # As `git stash` and `git stash pop` do.
    edit = """
        def setup(app):
            app.connect("env-updated", change_and_change_back)

        def change_and_change_back(app, env):
            path = Path(app.srcdir, "_note.txt")
            path.write_text("other")
            path.write_text("one")
        """
    project.write("docs/_note.txt", "one")
    configuration = (project.root / "conf.py").read_text()
    project.write("conf.py", configuration + dedent(edit))
    said = project.must_build()
    assert "docs/_note.txt changed during this build: build again" in said
    project.write("conf.py", configuration)
    assert "changed during" not in project.must_build()
    assert "Nothing has changed" in project.must_build()


def test_a_log_beside_the_configuration_changes_nothing(project: Project):
    for said in "The site is in", "Nothing has changed":
        with (project.root / "build.log").open("w") as log:
            command = project.command()
            subprocess.run(command, cwd=EXTENSIONS, stdout=log, check=True)
        assert said in (project.root / "build.log").read_text()


def test_a_command_without_a_folder_says_how_it_is_used():
    result = run(sys.executable, "-m", "editions", cwd=EXTENSIONS)
    assert result.returncode == 2
    assert "the following arguments are required: FOLDER" in result.stderr


def test_a_damaged_stamp_is_no_stamp(tmp_path: Path):
    build = SiteBuild(Project(tmp_path).root)
    build.folder.mkdir()
    build.stamp.write_bytes(b"\xff\x00")
    assert not build.is_made_from("sources")


def test_prose_executes_nothing_and_leaves_no_trace(
    built: Project, project: Project
):
    page = project.root / "_build" / "html" / "en" / "index.html"
    catalogue = project.root / CATALOGUE_PATH
    project.edit("docs/index.md", "Some", "Other")
    project.edit(CATALOGUE_PATH, "Some", "Other")
    project.edit(CATALOGUE_PATH, "几个词", "一些词")
    said = project.must_build()
    assert "executed index in" not in said
    assert "Other words." in project.page("en")
    assert "一些词。" in project.page("zh-cn")

    # All of what follows is made good: a translation that was replaced by an older file, a compiled one
    # that a killed build left incomplete, and a page that somebody edited after the build.
    project.edit("docs/index.md", "Other", "Some")
    project.edit(CATALOGUE_PATH, "Other", "Some")
    project.edit(CATALOGUE_PATH, "一些词", "几个词")
    os.utime(catalogue, (0, 0))
    page.write_text(page.read_text().replace("42", "43"))
    project.must_build()
    compiled = catalogue.with_suffix(".mo")
    compiled.write_bytes(compiled.read_bytes()[:60])
    page.write_text(page.read_text().replace("42", "43"))
    assert "Nothing has changed" not in project.must_build()
    assert project.digests() == built.digests()


def test_what_is_wrong_in_all_editions_is_reported_once(project: Project):
    project.edit("docs/index.md", "\n42\n", "\n41\n")
    for _ in range(2):
        result = project.build()
        assert result.returncode == 1
        assert len(re.findall(r"index\.md:\d+: ERROR", result.stderr)) == 1
    # The last good site is still there.
    assert "42" in project.page("en")

    # What is wrong in another edition than the first is reported as well.
    project.edit("docs/index.md", "\n41\n", "\n42\n")
    project.edit(CATALOGUE_PATH, "几个词。", "")
    result = project.build()
    assert result.returncode == 1
    assert "not translated: Some words." in result.stderr
    project.edit(CATALOGUE_PATH, 'msgstr ""\n', 'msgstr "几个词。"\n')
    project.must_build()


@pytest.fixture(scope="module")
def with_own_extensions(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build a project of the same sources that has a copy of the extensions."""
    project = Project(tmp_path_factory.mktemp("other"))
    extensions = project.root / "docs" / "_ext"
    ignore = shutil.ignore_patterns("__pycache__", "book")
    shutil.copytree(EXTENSIONS, extensions, ignore=ignore)
    project.edit("conf.py", str(EXTENSIONS), str(extensions))
    result = run(*project.command(), cwd=extensions)
    assert "executed index" in result.stdout, result.stderr
    return project


def test_two_projects_of_the_same_sources_give_the_same_bytes(
    built: Project, with_own_extensions: Project
):
    assert with_own_extensions.digests() == built.digests()


def test_a_comment_in_the_module_that_builds_executes_no_page(
    with_own_extensions: Project,
):
    project = with_own_extensions
    extensions = project.root / "docs" / "_ext"
    build = extensions / "editions" / "build.py"
    build.write_text(build.read_text() + "# A comment.\n")
    result = run(*project.command(), cwd=extensions)
    assert result.returncode == 0, result.stderr
    assert "executed index" not in result.stdout
    assert "0 pages executed" in result.stdout


def test_a_page_that_fails_is_executed_once_for_all_editions(project: Project):
    project.edit("helper.py", "ANSWER = 42", "raise ValueError('no answer')")
    for _ in range(2):
        said = project.build().stdout
        assert len(re.findall("^executed index in", said, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [("numfig = True)", "unmatched ')'"), ("numfig = true", "NameError")],
)
def test_a_mistake_in_the_configuration_is_named_with_its_line(
    project: Project, line: str, said: str
):
    path = project.root / "conf.py"
    path.write_text(f"{line}\n{path.read_text()}")
    result = project.build()
    assert result.returncode == 1
    assert result.stderr.startswith(f"{path}:1: ERROR: ")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_site_that_is_set_up_in_part_is_told_what_is_missing(
    project: Project,
):
    path = project.root / "conf.py"
    text = path.read_text()
    project.write("conf.py", text.replace("editions_table = ", "table = "))
    result = project.build()
    said = f"{path}: ERROR: it sets no editions_table\n"
    assert (result.returncode, result.stderr) == (1, said)
    sources = project.root / "docs"
    sources.rename(sources.with_name("source"))
    project.write("conf.py", text.replace('"docs"', '"source"'))
    result = project.build()
    said = f"{sources}: ERROR: the sources must be in this folder\n"
    assert (result.returncode, result.stderr) == (1, said)


def test_settings_with_a_default_may_be_left_out(project: Project):
    project.edit("conf.py", 'nbpromises_watched_variables = ["MINE"]\n', "")
    project.edit("conf.py", 'editions_address = ""\n', "")
    project.must_build()


def test_a_repository_in_the_built_site_is_not_deleted(project: Project):
    project.must_build()
    kept = project.write("_build/html/.git/HEAD", "ref: refs/heads/pages\n")
    project.write("docs/_templates/x.html", "<p>\n")
    result = project.build()
    assert result.returncode == 1
    assert "html: ERROR: holds a git repository" in result.stderr
    assert kept.exists()


def test_a_conflict_in_a_template_is_an_error_at_its_line(project: Project):
    path = project.write("docs/_templates/x.html", "<p>\n<<<<<<< HEAD\n")
    result = project.build()
    assert result.returncode == 1
    assert result.stderr == f"{path}:2: ERROR: a mark of a conflict\n"


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            "shutil.rmtree(ROOT / '_build', ignore_errors=True); os._exit(1)",
            "is _build deleted, or its disk full?",
        ),
        ("os.kill(os.getpid(), 9)", "killed, as Linux does when memory runs"),
    ],
)
def test_a_build_that_ends_without_a_word_gets_one(
    project: Project, end: str, said: str
):
    edit = f"""
        import os, shutil

        def setup(app):
            app.connect("env-updated", delete)

        def delete(app, env):
            {end}
        """
    configuration = (project.root / "conf.py").read_text()
    project.write("conf.py", configuration + dedent(edit))
    result = project.build()
    assert result.returncode == 1
    assert f"error: en: {said}" in result.stderr


@pytest.mark.parametrize("blocks", [4, 64, 256])
def test_a_full_disk_is_one_line_and_leaves_the_last_site(
    project: Project, blocks: int
):
    project.edit("helper.py", "42", "40 + 2")
    # No file may grow beyond this: a real refusal by the kernel, wherever it hits first.
    command = f"ulimit -f {blocks}; exec {shlex.join(project.command())}"
    result = run("bash", "-c", command, cwd=EXTENSIONS)
    assert result.returncode == 1
    assert "File too large" in result.stderr
    assert 'File "' not in result.stderr
    assert "42" in project.page("en")


def test_a_table_without_a_key_is_refused(project: Project):
    project.edit("docs/_editions.toml", 'folder = "zh-cn"', "")
    result = project.build()
    assert result.returncode != 0
    assert "zh_CN" in result.stderr
    assert "folder" in result.stderr
