"""What executes a page again, with the reason that the build prints, and what does not."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
import tracemalloc
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import lxml.html
import pytest

from nbpromises.execution.child.journal import read_journal
from nbpromises.execution.dependencies import (
    Dependencies,
    digest_file,
    installed_versions,
)
from nbpromises.execution.store import RecordStore
from support.commands import EXTENSIONS, run
from support.sites import Site

PAGE = """
    ```{code-cell} ipython3
    import helper
    print(helper.ANSWER)
    ```

    ```{expected-output}
    42
    ```
    """


@pytest.fixture
def executed_once(site: Site) -> Site:
    site.write("helper.py", "ANSWER = 42\n")
    site.write_page(PAGE)
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {}
    return site


def test_an_edited_module_is_named(executed_once: Site):
    executed_once.write("helper.py", "ANSWER = 42  # edited\n")
    assert executed_once.executed() == {"index": "helper.py changed"}


def test_a_loaded_file_is_a_part_of_the_cells(site: Site):
    site.write("_code.py", "print(40 + 2)\n")
    cell = "```{code-cell} ipython3\n:load: _code.py\n```\n"
    site.write_page(cell + "\n```{expected-output}\n42\n```\n")
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {}
    site.write("_code.py", "print(40 + 3)\n")
    build = site.build()
    assert build.executed == {"index": "its cells changed"}
    assert "- 42\n+ 43" in build.said


@pytest.mark.parametrize("name", ["missing.py", ".", "gbk.py"])
def test_a_file_that_cannot_be_loaded_is_one_error_at_its_cell(
    site: Site, name: str
):
    site.write("gbk.py", "").write_bytes("# 中文".encode("gbk"))
    cell = "```{{code-cell}} ipython3\n{}\n```\n"
    page = site.write_page(cell.format("x = 1") + cell.format(f":load: {name}"))
    line = page.read_text().partition(":load:")[0].count("\n")
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert (
            f"{page}:{line}: ERROR: Can't read file from :load:" in build.said
        )
        assert "exception" not in build.said


def test_a_page_that_shows_a_value_of_another_is_written_again(site: Site):
    site.write("helper.py", "ANSWER = 42\n")
    cell = "import helper, myst_nb\nmyst_nb.glue('answer', helper.ANSWER, display=False)"
    site.write_page(f"```{{code-cell}} ipython3\n{cell}\n```\n", "other.md")
    site.write_page("It is {glue:text}`other.md::answer:d`.\n")
    site.executed()
    assert site.executed() == {}
    site.write("helper.py", "ANSWER = 43\n")
    build = site.build()
    assert build.executed == {"other": "helper.py changed"}
    assert "It is 43." in build.page()


GLUES = "```{code-cell} ipython3\nimport myst_nb\nmyst_nb.glue('answer', 42, display=False)\n```\n"


def test_a_value_that_another_builder_has_glued_is_not_shown(site: Site):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    code = """
        ```{code-cell} ipython3
        from myst_nb import glue
        from helper import ANSWER
        glue("answer", ANSWER, display=False)
        ```
        """
    site.write_page(code, "other.md")
    for answer, builder in (42, "html"), (43, "dummy"), (42, "html"):
        site.write("helper.py", f"ANSWER = {answer}\n")
        site.write_page(f"{builder} {{glue:text}}`other.md::answer:d`.\n")
        # With doctrees of its own, as Sphinx puts them.
        built = f"_build/{builder}"
        result = run(*command, "-b", builder, ".", built, cwd=site.root)
        assert result.returncode == 0, result.stderr
    page = site.root / "_build" / "html" / "index.html"
    assert "html 42" in lxml.html.parse(page).getroot().text_content()


def test_a_page_that_is_gone_glues_nothing_even_after_a_warning(site: Site):
    page = site.write_page("(lab)=\n## Part\n" + GLUES, "old.md")
    site.write_page("It is {glue:text}`old.md::answer:d`.\n")
    site.write("new.md", page.read_text())
    assert "duplicate label" in site.build().said
    page.unlink()
    build = site.build()
    assert "Glue reference 'answer' not found in doc 'old'" in build.said


@pytest.mark.parametrize("link", ["{ref}`lab`", "{doc}`a`", "[](#lab)"])
def test_a_glued_number_in_a_title_is_the_new_one_on_all_pages(
    site: Site, link: str
):
    def write(epochs: int) -> None:
        part = f"""
            ```{{code-cell}} ipython3
            from myst_nb import glue
            glue("n", {epochs}, display=False)
            ```

            (lab)=
            ## What {{glue:text}}`n:d` epochs do
            """
        title = f"# Of {epochs} epochs"
        page = site.write_page(part, "a.md")
        page.write_text(page.read_text().replace("# A page", title))

    write(10)
    site.write_page(f"See {link}.", "b.md")
    site.write_page("The home page.")
    assert "10 epochs" in site.build().page("b")
    write(20)
    build = site.build()
    assert build.ok, build.said
    assert "20 epochs" in build.page("b")


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("(lab)=\n## A part", "{ref}`lab`"),
        ("```{glossary}\nepoch\n: A pass.\n```", "{term}`epoch`"),
        ("```{math}\n:label: lab\nx\n```", "{eq}`lab`"),
    ],
)
def test_a_label_that_was_copied_and_removed_again_is_not_lost(
    site: Site, target: str, link: str
):
    site.write_page(target, "a.md")
    site.write_page(f"See {link}.", "c.md")
    site.write_page("The home page.")
    assert site.build().ok
    site.write_page(target, "b.md")
    assert "duplicate" in site.build().said
    site.write_page("Nothing.", "b.md")
    site.write_page(f"See {link} again.", "c.md")
    build = site.build()
    assert build.ok, build.said


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("(lab)=\n## A part", "{ref}`lab`"),
        ("(lab)=\n## A part", "[](#lab)"),
        ("```{glossary}\nepoch\n: A pass.\n```", "{term}`epoch`"),
        ("```{glossary}\nepoch\n: A pass.\n```", "{term}`Epoch`"),
        ("```{py:function} f()\n```", "{py:func}`f`"),
        (
            "```{py:function} a.f()\n```",
            "\n\n```{py:currentmodule} a\n```\n\n{py:func}`f`",
        ),
        ("```{program} m\n```\n\n```{option} -j\n```", "{option}`m -j`"),
        ("```{math}\n:label: lab\nx\n```", "{eq}`lab`"),
    ],
)
def test_a_link_to_what_is_gone_fails_every_build(
    site: Site, target: str, link: str
):
    site.write_page(target, "a.md")
    page = site.write_page(f"See {link}.", "c.md")
    site.write_page("The home page.")
    assert site.build(nitpicky=1).ok
    site.write_page("Nothing.", "a.md")
    for _ in range(2):
        build = site.build(nitpicky=1)
        assert not build.ok
        assert f"{page}" in build.said


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_value_that_is_glued_no_more_is_missed_again_and_again(
    site: Site, is_moved: bool
):
    other = site.write_page(GLUES, "other.md")
    index = site.write_page("It is {glue:text}`other.md::answer:d`.\n")
    assert site.build().ok
    if is_moved:
        other.rename(other.with_name("elsewhere.md"))
    else:
        site.write_page("```{code-cell} ipython3\nx = 42\n```\n", "other.md")
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert f"{index}" in build.said
        assert "Glue reference 'answer' not found in doc 'other'" in build.said


def test_a_site_that_is_built_among_its_sources_executes_nothing_again(
    site: Site,
):
    site.write_page(
        "```{code-cell} ipython3\nprint(1)\n```\n\n```{expected-output}\n1\n```"
    )
    command = [
        *site.command(exclude_patterns="build")[:-4],
        "-d",
        "build/doctrees",
    ]
    for executed in "executed index", "0 pages executed":
        result = run(*command, ".", "build/html", cwd=site.root)
        assert result.returncode == 0, result.stderr
        assert executed in result.stdout


def test_data_is_watched_where_the_site_is_built_around_its_sources(
    site: Site,
):
    site.write("source/data.csv", "1")
    site.write_page(
        "```{code-cell} ipython3\n!cat data.csv\n```\n\n```{expected-output}\n1\n```",
        "source/index.md",
    )
    command = [*site.command()[:-4], "-c", ".", "-d", "doctrees", "source", "."]
    assert run(*command, cwd=site.root).returncode == 0
    site.write("source/data.csv", "2")
    assert "source/data.csv changed" in run(*command, cwd=site.root).stdout


def test_records_of_pages_that_were_not_read_are_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(RecordStore, "LIMIT", 2)
    cell = "```{{code-cell}} ipython3\nx = {}\n```\n"
    for name in "index", "one", "two", "three":
        site.write_page(cell.format(name == "one"), f"{name}.md")
    assert len(site.executed()) == 4
    for number in range(4):
        site.write_page(cell.format(number), "one.md")
        assert site.executed() == {"one": "its cells changed"}
    assert site.executed() == {}


def test_the_version_of_a_library_is_that_of_the_one_that_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for folder, number in ("first", "2.0"), ("behind", "1.0"):
        path = tmp_path / folder / f"mine-{number}.dist-info" / "METADATA"
        path.parent.mkdir(parents=True)
        path.write_text(f"Name: mine\nVersion: {number}\n")
    path = [str(tmp_path / "first"), str(tmp_path / "behind")]
    monkeypatch.setattr(sys, "path", path)
    assert installed_versions.__wrapped__() == {"mine": "2.0"}


def test_a_library_that_no_index_has_counts_by_its_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = tmp_path / "mine-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: mine\nVersion: 1.0\n")
    record = "mine/core.py,sha256={},2\n"
    installer = "__editable__.mine.pth,sha256={0},2\nmine-1.0.dist-info/INSTALLER,sha256={0},2\n../../bin/mine,sha256={0},2\n"
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    def version(content: str, way: str) -> str:
        text = record.format(content) + installer.format(way)
        (folder / "RECORD").write_text(text)
        return installed_versions.__wrapped__()["mine"]

    assert version("a", "pip") == version("b", "pip") == "1.0"
    (folder / "direct_url.json").write_text('{"url": "file:///mine"}')
    assert version("a", "pip") == version("a", "uv") != version("b", "pip")


def test_edited_cells_are_named(executed_once: Site):
    executed_once.write_page(PAGE.replace("print", "print  "))
    assert executed_once.executed() == {"index": "its cells changed"}


def test_a_new_module_and_a_data_file_are_named(executed_once: Site):
    executed_once.write("table.csv", "1,2")
    executed_once.write("math.py", "")
    reason = "math.py is new, table.csv is new"
    assert executed_once.executed() == {"index": reason}
    (executed_once.root / "table.csv").unlink()
    (executed_once.root / "math.py").unlink()
    assert executed_once.executed() == {}


def test_what_was_not_there_may_appear(site: Site):
    cases = [
        ('open("../later.txt").read()', "later.txt", "0/later.txt is new"),
        ('__import__("os").listdir("..")', "later.txt", "changed"),
        (
            'list(__import__("pathlib").Path("..").glob("*"))',
            "l.txt",
            "changed",
        ),
        ('__import__("glob").glob("../*.txt")', "later.txt", "changed"),
        ('__import__("os").listdir(b"..")', "later.txt", "changed"),
        ('list(__import__("os").walk(".."))', "later.txt", "changed"),
    ]
    for number, (look, _, _) in enumerate(cases):
        site.write_page(
            f"""
            ```{{code-cell}} ipython3
            try:
                {look}
            except FileNotFoundError:
                pass
            ```
            """,
            f"{number}/page/index.md",
        )
    site.write("index.md", "# Contents\n")
    assert len(site.executed()) == len(cases)
    assert site.executed() == {}
    site.write("0/page/.later.txt", "hidden")
    assert site.executed() == {}
    for number, (_, appears, _) in enumerate(cases):
        site.write(f"{number}/{appears}", "later")
    executed = site.executed()
    for number, (look, _, reason) in enumerate(cases):
        assert reason in executed[f"{number}/page/index"], look
    assert site.executed() == {}


@pytest.mark.parametrize("call", ['open("{}", "r+")', 'open(b"{}")'])
def test_a_file_counts_however_it_is_opened(
    site: Site, call: str, tmp_path_factory: pytest.TempPathFactory
):
    table = tmp_path_factory.mktemp("elsewhere") / "table.csv"
    table.write_text("1")
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        {call.format(table)}.read();
        ```
        """
    )
    site.executed()
    assert site.executed() == {}
    table.write_text("2")
    assert site.executed() == {"index": f"{table} changed"}


def test_names_of_files_need_not_be_valid_utf8(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import os
        len(os.listdir(".")) > open(b"_caf\\xe9.txt").read().count("1")
        ```

        ```{expected-output}
        True
        ```
        """
    )
    data = [os.fsdecode(name) for name in (b"_caf\xe9.txt", b"caf\xe9.csv")]
    for name in [*data, os.fsdecode(b"caf\xe9.py")]:
        site.write(name, "1")
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {}
    for name in data:
        site.write(name, "2")
    reason = r"_caf\xe9.txt changed, caf\xe9.csv changed"
    assert site.executed() == {"index": reason}


def test_a_project_may_stand_in_a_folder_of_the_system():
    journal = "begins 1\nreads /usr/src/book/helper.py\nreads /usr/lib/a.py\n"
    used = read_journal(journal, Path("/usr/src/book"))
    assert "helper.py" in used.files
    assert "/usr/lib/a.py" not in used.files


def test_a_module_that_was_not_there_may_appear(site: Site):
    cases = [
        ("import optional", "optional/__init__.py"),
        ("import optional.part", "optional/part.py"),
        ("from package import optional", "package/optional.py"),
        ("import package.deeper.optional", "package/deeper/optional.py"),
        ("import_module('optional')", "optional/__init__.py"),
        ("import_module('package.optional')", "package/optional.so"),
        ("find_spec('package.optional')", "package/optional.py"),
        ("import colorsys", "colorsys/__init__.py"),
    ]
    for number, (seek, _) in enumerate(cases):
        # In a folder whose name begins with "_" there are no data of pages.
        site.write(f"_code/{number}/package/__init__.py", "")
        site.write(f"_code/{number}/package/deeper/__init__.py", "")
        site.write_page(
            f"""
            ```{{code-cell}} ipython3
            import sys
            from importlib import import_module
            from importlib.util import find_spec
            sys.path.insert(0, "_code/{number}")
            try:
                {seek}
            except ImportError:
                pass
            ```
            """,
            f"page{number}.md",
        )
    site.write("index.md", "# Contents\n")
    assert len(site.executed()) == len(cases)
    for number in range(len(cases)):
        site.write(f"_code/{number}/unused.py", "")
    assert site.executed() == {}
    for number, (_, appears) in enumerate(cases):
        site.write(f"_code/{number}/{appears}", "")
    executed = site.executed()
    for number, (seek, _) in enumerate(cases):
        reason = executed.get(f"page{number}", "")
        assert reason.startswith(f"_code/{number}/"), seek
        assert reason.endswith(" is new"), seek


def test_a_started_script_s_neighbours_count(site: Site):
    site.write("_scripts/main.py", "import neighbour\n")
    site.write("_scripts/neighbour.py", "import base64\nprint(42)\n")
    site.write_page(
        """
        ```{code-cell} ipython3
        !python ../_scripts/main.py
        ```

        ```{expected-output}
        42
        ```
        """,
        "pages/index.md",
    )
    site.write("index.md", "# Contents\n\n```{toctree}\npages/index\n```\n")
    site.executed()
    assert site.executed() == {}
    site.write("_scripts/base64.py", "hides = 1")
    name = "_scripts/base64.py"
    assert site.executed() == {"pages/index": f"{name} is new"}
    site.write("_scripts/neighbour.py", "print(40 + 2)\n")
    name = "_scripts/neighbour.py"
    assert site.executed() == {"pages/index": f"{name} changed"}
    site.write("_scripts/neighbour/__init__.py", "print(6 * 7)\n")
    name = "_scripts/neighbour/__init__.py"
    assert site.executed() == {"pages/index": f"{name} is new"}


def test_leftovers_of_editors_execute_nothing(executed_once: Site):
    executed_once.write_page(
        PAGE.replace("import helper", "import os, helper; os.listdir('.');")
    )
    executed_once.executed()
    assert executed_once.executed() == {}
    for name in (
        *("index.md~", "data.csv.bak", "Thumbs.db", "a.orig", "b.tmp"),
        *(".data.csv.swp", "4913", "#data.csv#", "data.csv.save"),
        *("data.csv___jb_tmp___", "data.csv___jb_old___", "data.csv.save.1"),
        *("~$data.xlsx", "core.12"),
        "data.sync-conflict-20261201-101010-ABCDEFG.csv",
    ):
        executed_once.write(name, "left over")
    lock = executed_once.root / ".#helper.py"
    lock.symlink_to("someone@somewhere.1:2")
    assert executed_once.executed() == {}


def test_what_only_other_programs_write_is_no_data(executed_once: Site):
    for name in "build.log", "data.csv.part", "data.csv.crdownload":
        executed_once.write(name, "said")
    assert executed_once.executed() == {}


def test_a_file_of_tomorrow_executes_nothing(executed_once: Site):
    tomorrow = time.time() + 86400
    os.utime(executed_once.root / "helper.py", (tomorrow, tomorrow))
    executed_once.write_page(PAGE.replace("print", "print  "))
    assert executed_once.executed() == {"index": "its cells changed"}
    assert executed_once.executed() == {}


def test_the_order_of_sets_is_the_same_in_every_run(site: Site):
    cell = 'print({f"letter {x}" for x in "abcdefgh"})'
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        import subprocess, sys
        {cell}
        subprocess.run([sys.executable, "-c", {cell!r}]);
        ```
        """
    )
    assert site.build(nbpromises_accept=1).ok
    for seed in "1", "2":
        shutil.rmtree(site.root / "_build")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONHASHSEED", seed)
            build = site.build()
        assert build.ok, build.said


def test_a_watched_variable_is_named_and_others_change_nothing(
    executed_once: Site,
):
    assert executed_once.executed(TZ="Asia/Shanghai") == {
        "index": "TZ not set → Asia/Shanghai"
    }
    strangers = {"TF_CLI_CONFIG_FILE": "a", "PYTHONSTARTUP": "b", "KERAS": "c"}
    assert executed_once.executed(**strangers) == {}


def test_a_variable_of_the_site_s_own_is_watched_and_set(
    executed_once: Site,
):
    site = executed_once
    path = site.root / "conf.py"
    configuration = path.read_text()
    path.write_text(configuration + 'nbpromises_watched_variables = ["MINE"]\n')
    assert site.executed() == {}
    assert site.executed(MINE="1") == {"index": "MINE not set → 1"}
    assert site.executed() == {}
    path.write_text(configuration + 'nbpromises_environment = {"SET": "2"}\n')
    assert site.executed() == {"index": "SET not set → 2"}


def test_another_version_of_a_library_is_named():
    then = Dependencies({}, {}, {}, {"tensorflow": "2.21.0"}, {})
    now = Dependencies({}, {}, {}, {"tensorflow": "2.22.0"}, {})
    assert then.differences(now) == ["tensorflow 2.21.0 → 2.22.0"]


def test_a_broken_promise_is_the_reason_once(executed_once: Site):
    executed_once.write_page(PAGE.replace("\n    42\n", "\n    41\n"))
    assert executed_once.build().executed == {}
    again = executed_once.build()
    assert not again.ok
    assert again.executed == {"index": "it broke a promise last time"}


def test_a_cell_that_failed_is_the_reason(executed_once: Site):
    executed_once.write_page(PAGE.replace("helper.ANSWER", "1 / 0"))
    assert executed_once.build().executed == {"index": "its cells changed"}
    assert executed_once.build().executed == {
        "index": "it failed last time, or was interrupted"
    }


def test_what_no_page_uses_executes_none(executed_once: Site):
    site = executed_once
    site.write("_templates/front.html", "<p>Edited.</p>")
    site.write("_pictures/page.png", "a picture")
    site.write(".editor/state", "a state")
    site.write("notes.md", "---\norphan: true\n---\n\n# Another page\n")
    assert site.executed() == {}


def test_a_virtual_environment_beside_the_pages_is_no_data(
    executed_once: Site,
):
    executed_once.write("env/pyvenv.cfg", "home = /usr/bin")
    executed_once.write("env/lib/site-packages/new/__init__.py", "")
    executed_once.write("env/lib/site-packages/new/table.csv", "1,2")
    assert executed_once.executed() == {}


def test_a_site_that_was_built_beside_the_pages_is_no_data(site: Site):
    path = site.root / "conf.py"
    path.write_text(path.read_text() + 'exclude_patterns += ["site"]\n')
    site.write("helper.py", "ANSWER = 42\n")
    site.write_page(PAGE)
    assert site.executed() == {"index": "first time"}
    other = site.root / "site"
    build = [
        "-d",
        f"{other}/doctrees",
        "-b",
        "html",
        str(site.root),
        str(other),
    ]
    assert run(*site.command()[:3], "-q", *build).returncode == 0
    assert (other / "index.html").exists()
    assert site.executed() == {}


def test_data_in_a_virtual_environment_beside_the_pages_themselves_count(
    executed_once: Site,
):
    executed_once.write("pyvenv.cfg", "home = /usr/bin")
    executed_once.write("lib/site-packages/new/table.csv", "1,2")
    executed_once.write("etc/jupyter/new.json", "{}")
    assert executed_once.executed() == {}
    executed_once.write("table.csv", "1,2")
    assert executed_once.executed() == {"index": "table.csv is new"}


def test_the_temporary_folder_may_stand_beside_the_pages(
    executed_once: Site, monkeypatch: pytest.MonkeyPatch
):
    executed_once.write("temporary/tmpabc", "")
    monkeypatch.setattr(
        tempfile, "tempdir", str(executed_once.root / "temporary")
    )
    assert executed_once.executed() == {}


def test_a_large_file_is_digested_in_little_memory(tmp_path: Path):
    path = tmp_path / "data.bin"
    with path.open("wb") as file:
        file.truncate(2**25)
    tracemalloc.start()
    digest = digest_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert digest == hashlib.sha256(bytes(2**25)).hexdigest()
    assert peak < 2**22


def test_a_record_lists_exactly_these_files_of_the_package(executed_once: Site):
    (record,) = (executed_once.root / "_build" / "executed").glob("*.json")
    _, body = record.read_text().split("\n", 1)
    files = json.loads(body)["dependencies"]["files"]
    package = EXTENSIONS / "nbpromises"
    ours = {
        Path(name).relative_to(package).as_posix()
        for name in files
        if Path(name).is_relative_to(EXTENSIONS)
    }
    child = {"__init__", "journal", "kernel", "main", "watch"}
    assert ours == {
        *{"__init__.py", "describe.py", "processes.py", "terminal.py"},
        *{"execution/__init__.py", "execution/messages.py"},
        *{f"execution/child/{name}.py" for name in child},
        "execution/child/startup/sitecustomize.py",
    }
    assert "helper.py" in files


def test_a_library_counts_that_is_missing_or_only_asked_for_its_version(
    site: Site,
):
    site.write_page(
        """
        ```{code-cell} ipython3
        import importlib.metadata
        importlib.metadata.version("sphinx-copybutton")
        try:
            import may_be_installed_later
        except ImportError:
            pass
        ```
        """
    )
    site.executed()
    (record,) = (site.root / "_build" / "executed").glob("*.json")
    _, body = record.read_text().split("\n", 1)
    versions = json.loads(body)["dependencies"]["versions"]
    assert versions["may_be_installed_later"] == "not set"
    assert versions["sphinx-copybutton"] == version("sphinx-copybutton")
    assert not versions.keys() & {"sys", "ruff"}


def test_code_without_a_file_that_cannot_be_parsed_is_no_missing_file(
    site: Site,
):
    site.write_page(
        """
        ```{code-cell} ipython3
        import ast
        try:
            ast.parse("(")
        except SyntaxError:
            pass
        ```
        """
    )
    site.executed()
    (record,) = (site.root / "_build" / "executed").glob("*.json")
    assert "<unknown>" not in record.read_text()


def test_a_reason_is_printed_whatever_letters_the_terminal_has(
    executed_once: Site,
):
    latin = {"TZ": "Asia/Tokyo", "PYTHONIOENCODING": "latin-1"}
    result = run(*executed_once.command(), **latin)
    assert result.returncode == 0, result.stderr
    assert "(TZ not set \\u2192 Asia/Tokyo)" in result.stdout


def test_a_page_s_process_loads_neither_sphinx_nor_docutils(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import os, sys
        print([name for name in ("sphinx", "docutils", "myst_nb") if name in sys.modules])
        print(any(path.endswith("_ext") for path in sys.path))
        ```

        ```{expected-output}
        []
        False
        ```
        """
    )
    build = site.build()
    assert build.ok, build.said


def test_a_user_s_own_python_path_is_kept(site: Site, tmp_path: Path):
    site.write("elsewhere/mine.py", "ANSWER = 42\n")
    site.write_page(
        """
        ```{code-cell} ipython3
        import subprocess, sys
        import mine
        subprocess.run([sys.executable, "-c", "import mine; print(mine.ANSWER)"]);
        ```

        ```{expected-output}
        42
        ```
        """
    )
    path = {"PYTHONPATH": str(tmp_path / "elsewhere")}
    result = run(*site.command(), cwd=site.root, **path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_changes_python_itself_is_named(executed_once: Site):
    site = executed_once
    variables = {
        "PYTHONOPTIMIZE": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": "/nowhere",
    }
    result = run(*site.command(), cwd=site.root, **variables)
    assert result.returncode == 0, result.stderr
    for reason in (
        "sys.flags.optimize 0 → 1",
        "sys.warnoptions [] → ['ignore']",
        "PYTHONPATH not set → /nowhere",
    ):
        assert reason in result.stdout


def test_a_site_s_own_custom_formats_survive(site: Site):
    site.write(
        "readers.py",
        """
import nbformat

def read(text):
    cell = nbformat.v4.new_markdown_cell("# Shouted\\n\\n" + text.upper())
    return nbformat.v4.new_notebook(cells=[cell])
""",
    )
    configuration = (site.root / "conf.py").read_text()
    site.write(
        "conf.py",
        configuration
        + f"sys.path.append({str(site.root)!r})\n"
        + 'nb_custom_formats = {".loud": ["readers.read", {}]}\n',
    )
    site.write("shout.loud", "very quiet words")
    site.write_page("```{toctree}\nshout\n```")
    build = site.build()
    assert build.ok, build.said
    assert "VERY QUIET WORDS" in build.page("shout")


def test_the_extension_alone_executes_without_other_settings(site: Site):
    # nb_execution_mode is MyST-NB's default, which would execute the page in a kernel.
    assert "nb_execution_mode" not in (site.root / "conf.py").read_text()
    site.write("helper.py", "ANSWER = 42\n")
    site.write_page(PAGE)
    build = site.build()
    assert build.ok, build.said
    assert build.executed == {"index": "first time"}


def test_others_can_do_something_while_the_build_waits(executed_once: Site):
    site = executed_once
    path = site.root / "conf.py"
    hook = """
        def setup(app):
            app.connect("nbpromises-waiting", lambda app, names: print("while waiting", names))
        """
    path.write_text(path.read_text() + dedent(hook))
    build = site.build()
    assert build.executed == {}
    assert "while waiting" not in build.said
    site.write("helper.py", "ANSWER = 42  # edited\n")
    said = site.build().said
    assert said.index("while waiting ['index']") < said.index("executed index")


def test_a_page_that_is_not_executed_can_make_no_promise(site: Site):
    configuration = (site.root / "conf.py").read_text()
    excluded = 'nb_execution_excludepatterns = ["index.md"]\n'
    site.write("conf.py", configuration + excluded)
    site.write_page(PAGE)
    build = site.build()
    assert not build.ok
    assert (
        "index.md:1: ERROR: this page has promises, but was not" in build.said
    )
    site.build(nbpromises_accept=1)
    assert "{expected-output}" in (site.root / "index.md").read_text()


def test_processes_that_read_in_parallel_tell_what_they_found(
    executed_once: Site,
):
    site = executed_once
    for name in "ab":
        site.write_page(PAGE, f"{name}.md")
    site.write_page(PAGE.replace("\n    42\n", "\n    41\n"), "broken.md")
    result = run(*site.command(), "--jobs=2", cwd=site.root)
    assert "3 promises kept, 1 broken, on 4 pages" in result.stdout
    assert site.build().executed == {"broken": "it broke a promise last time"}


def test_documented_code_is_read_again_when_a_default_changes_elsewhere(
    site: Site,
):
    path = site.root / "conf.py"
    path.write_text(
        path.read_text()
        + 'extensions += ["sphinx.ext.autodoc"]\nsys.path.insert(0, ".")\n'
    )
    site.write("style.py", "ALPHA = 0.6\n")
    site.write(
        "figures.py",
        'from style import ALPHA\n\ndef plot(alpha=ALPHA):\n    """Draw."""\n',
    )
    site.write("index.rst", "API\n===\n\n.. autofunction:: figures.plot\n")
    command = site.command()
    assert run(*command, cwd=site.root).returncode == 0
    site.write("style.py", "ALPHA = 0.8\n")
    assert run(*command, cwd=site.root).returncode == 0
    page = (site.root / "_build" / "en" / "index.html").read_text()
    assert "0.8" in page
    assert "0.6" not in page
