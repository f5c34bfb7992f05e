"""When cells are executed, and when their kept outputs serve."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from textwrap import dedent

import psutil
import pytest

from support.commands import run, wait_until
from support.sites import Site

PAGE = """
    ```{code-cell} ipython3
    import helper
    with open(".runs", "a") as file:
        file.write("x")
    print(helper.ANSWER)
    ```

    ```{expected-output}
    42
    ```

    Some words.
    """


CELL = """
    ```{{code-cell}} ipython3
    {}
    ```
    """


def write(site: Site, answer: int = 42) -> Path:
    site.write("helper.py", f"ANSWER = {answer}\n")
    site.write(
        "locales/zh_CN/LC_MESSAGES/index.po",
        'msgid ""\nmsgstr "POT-Creation-Date: 2026-01-01 00:00+0000\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '\nmsgid "A page"\nmsgstr "一页"\n'
        '\nmsgid "Some words."\nmsgstr "几个词。"\n',
    )
    return site.write_page(PAGE)


def runs(site: Site) -> int:
    return len((site.root / ".runs").read_text())


def test_two_languages_share_one_execution(site: Site):
    write(site)
    english, chinese = site.build("en"), site.build("zh_CN")
    assert english.ok, english.said
    assert chinese.ok, chinese.said
    assert "42" in english.page()
    assert "42" in chinese.page()
    assert "几个词。" in chinese.page()
    assert runs(site) == 1


def test_an_edit_to_prose_executes_nothing(site: Site):
    page = write(site)
    assert site.build().ok
    page.write_text(page.read_text().replace("Some", "Other"))
    build = site.build()
    assert "Other words." in build.page()
    assert runs(site) == 1


def test_an_edit_to_a_module_shows_on_pages_that_did_not_change(site: Site):
    write(site)
    assert site.build().ok
    site.write("helper.py", "ANSWER = 43\n")
    build = site.build()
    assert not build.ok
    assert "- 42\n+ 43" in build.said
    assert runs(site) == 2

    # The outputs of the first state are still there, and true again.
    site.write("helper.py", "ANSWER = 42\n")
    assert site.build().ok
    assert runs(site) == 2


def test_touching_files_or_moving_the_folder_executes_nothing(site: Site):
    write(site)
    assert site.build().ok
    for path in site.root.glob("*.*"):
        os.utime(path, (time.time() + 10, time.time() + 10))
    assert site.build().ok
    moved = site.root.with_name("moved")
    shutil.move(site.root, moved)
    assert Site(moved, ["nbpromises"]).build().ok
    assert (moved / ".runs").read_text() == "x"


def test_only_pages_that_use_an_edited_file_are_executed_again(site: Site):
    site.write("helper.py", "import deeper\nANSWER = 42\n")
    site.write("deeper.py", "")
    site.write("table.csv", "1,2\n")
    site.write_page(PAGE)
    for name, cell in {
        "reads": 'print(open("table.csv").read(), end="")',
        "alone": "print(1)",
    }.items():
        page = f"""
            ```{{code-cell}} ipython3
            {cell}
            ```

            ```{{expected-output}}
            ...
            ```
            """
        site.write_page(page, f"{name}.md")

    assert set(site.executed()) == {"index", "reads", "alone"}
    site.write("deeper.py", "# Imported by what a page imports.\n")
    assert set(site.executed()) == {"index"}
    assert set(site.executed(OMP_NUM_THREADS="7")) == {
        "index",
        "reads",
        "alone",
    }
    assert site.executed() == {}
    # Native code opens files unseen, and a new module may hide one of the same name.
    site.write("table.csv", "1,3\n")
    assert set(site.executed()) == {"index", "reads", "alone"}
    site.write("unused.py", "")
    assert set(site.executed()) == {"index", "reads", "alone"}
    site.write("unused.py", "UNUSED = True")
    assert site.executed() == {}


def test_garbage_that_a_page_makes_is_collected(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import weakref

        class Circle(list):
            pass

        def drawn():
            circle = Circle()
            circle.append(circle)
            return weakref.ref(circle)

        circles = [drawn() for _ in range(10_000)]
        sum(circle() is not None for circle in circles) < 5_000
        ```

        ```{expected-output}
        True
        ```
        """
    )
    build = site.build()
    assert build.ok, build.said


@pytest.mark.parametrize(
    ("start", "exactly"),
    [
        ('[sys.executable, "helper.py"]', True),
        # So it uses `posix_spawn`, as Python 3.13 does in most cases.
        ('[sys.executable, "helper.py"], close_fds=False', True),
        ('[sys.executable, "-I", "helper.py"]', False),
        ('["env", sys.executable, "helper.py"]', False),
    ],
    ids=["python", "spawned", "isolated", "other"],
)
def test_what_a_started_process_used_counts(
    site: Site, start: str, exactly: bool
):
    site.write(
        "helper.py",
        """
import os, signal, sys
sys.path.insert(0, ".")
import constants
print(constants.ANSWER, flush=True)
# It has no time to say what it used.
os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    site.write("constants.py", "ANSWER = 42\n")
    site.write("unused.py", "")
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        import subprocess, sys
        subprocess.run({start});
        ```

        ```{{expected-output}}
        42
        ```
        """
    )
    assert set(site.executed()) == {"index"}
    assert site.executed() == {}
    # Of a process that nobody could watch, everything that it could use counts.
    site.write("unused.py", "UNUSED = True")
    assert set(site.executed()) == (set() if exactly else {"index"})
    # Of another size, because Python compares times in seconds.
    site.write("constants.py", "ANSWER = 42 + 1\n")
    assert "- 42\n+ 43" in site.build().said


def test_a_file_outside_of_the_project_counts(
    site: Site, tmp_path_factory: pytest.TempPathFactory
):
    table = tmp_path_factory.mktemp("elsewhere") / "table.csv"
    table.write_text("42")
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        print(open({str(table)!r}).read())
        ```

        ```{{expected-output}}
        42
        ```
        """
    )
    assert set(site.executed()) == {"index"}
    assert site.executed() == {}
    table.write_text("43")
    assert "- 42\n+ 43" in site.build().said


@pytest.mark.skipif(sys.platform != "linux", reason="a disk in memory")
def test_a_file_on_a_disk_in_memory_counts(site: Site):
    with NamedTemporaryFile("w", dir="/dev/shm") as table:
        print("42", end="", file=table, flush=True)
        site.write_page(f"""
            ```{{code-cell}} ipython3
            print(open({table.name!r}).read(), open("/dev/null").read())
            ```

            ```{{expected-output}}
            42
            ```
            """)
        assert set(site.executed()) == {"index"}
        assert site.executed() == {}
        print("+", end="", file=table, flush=True)
        assert "- 42\n+ 42+" in site.build().said


@pytest.mark.parametrize(
    "last",
    [
        "1",
        "1 / 0",
        "time.sleep(1000)",
        "subprocess.run(BEHIND)",
        "import os; os._exit(3)",
    ],
)
def test_nothing_that_a_page_leaves_behind_outlives_it(site: Site, last: str):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        import subprocess, sys, tempfile, time
        tempfile.mkdtemp()
        server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        open("server", "w").write(str(server.pid))
        BEHIND = ["sh", "-c", "sleep 1000 & echo $! > server"]
        {last}
        ```
        """)
    command = site.command(nb_execution_timeout=5)
    # The folders of pytest have names that are too long for the fork server.
    with TemporaryDirectory() as temporary:
        run(*command, cwd=site.root, TMPDIR=temporary)
        assert [*Path(temporary).glob("tmp*")] == []
    server = int((site.root / "server").read_text())
    wait_until(lambda: not _is_running(server))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_page_has_started_ends_with_the_build(
    site: Site, number: signal.Signals
):
    site.write_page("""
        ```{code-cell} ipython3
        import subprocess
        server = subprocess.Popen(["sleep", "1000"])
        open("unfinished", "w").write(str(server.pid))
        import os; os.rename("unfinished", "server")
        server.wait()
        ```
        """)
    build = subprocess.Popen(site.command(), cwd=site.root)
    wait_until((site.root / "server").exists)
    build.send_signal(number)
    build.wait()
    server = int((site.root / "server").read_text())
    wait_until(lambda: not _is_running(server))


def _is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_list_of_fonts_that_matplotlib_keeps_does_not_count(
    site: Site, tmp_path_factory: pytest.TempPathFactory
):
    home = tmp_path_factory.mktemp("home")
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "caches")}
    draw = [sys.executable, "-c", "import matplotlib.font_manager"]
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        import subprocess
        subprocess.run({draw});
        ```
        """
    )

    assert set(site.executed(**places)) == {"index"}
    # The first build on a machine writes it while pages run.
    (fonts,) = home.rglob("fontlist-*.json")
    fonts.write_text(fonts.read_text().replace("DejaVu", "DejàVu"))
    assert site.executed(**places) == {}


def test_a_home_that_is_not_writable_shows_nowhere(site: Site):
    draw = [sys.executable, "-c", "import matplotlib.font_manager"]
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        import subprocess
        subprocess.run({draw}).returncode
        ```

        ```{{expected-output}}
        0
        ```
        """
    )
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME"), os.devnull)
    result = run(*site.command(), cwd=site.root, **places)
    assert result.returncode == 0, result.stderr


def test_a_variable_that_is_not_watched_does_not_reach_the_page(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import os
        print(os.environ.get("ANSWER"), os.environ.get("OMP_NUM_THREADS"))
        ```

        ```{expected-output}
        None 42
        ```
        """
    )
    executed = site.executed(ANSWER="42", OMP_NUM_THREADS="42")
    assert set(executed) == {"index"}


def test_a_page_that_was_replaced_by_an_older_file_is_read(site: Site):
    page = write(site)
    assert site.build().ok
    page.write_text(page.read_text().replace("\n42\n", "\n41\n"))
    os.utime(page, (0, 0))
    assert "- 41\n+ 42" in site.build().said


@pytest.mark.parametrize("name", ["index.md", "_part.md"])
def test_what_is_replaced_by_an_older_file_while_other_pages_are_read_is_read_again(
    tmp_path: Path, name: str
):
    site = Site(
        tmp_path,
        ["nbpromises"],
        """
        import os
        from pathlib import Path

        def setup(app):
            app.connect("env-updated", replace, priority=0)

        def replace(app, env):
            new = Path(env.srcdir, "_new")
            if new.exists():
                os.utime(new, (0, 0))
                new.replace(new.with_name(new.read_text().split()[-1]))
        """,
    )
    site.write("index.md", "# A page\n\n```{include} _part.md\n```\n")
    site.write("_part.md", "old words")
    site.write("_new", f"# New words of {name}")
    first = site.build()
    assert first.ok, first.said
    assert "New words of" not in first.page()
    later = Site(tmp_path, ["nbpromises"]).build()
    assert later.ok
    assert "New words of" in later.page()


def test_a_file_that_was_edited_while_a_page_ran_is_not_trusted(site: Site):
    write(site)
    edit = """
        ```{code-cell} ipython3
        import helper
        with open("helper.py", "a") as file:
            file.write("# edited")
        ```
        """
    site.write_page(edit, "edits.md")
    assert "edits" in site.executed()
    assert "edits" in site.executed()


@pytest.mark.parametrize(
    "edit",
    [
        "echo 2 > table.csv",
        "rm table.csv",
        # Its time is that of the old file's content.
        "cp -p helper.py copy; mv copy helper.py",
    ],
)
def test_an_edit_by_another_program_while_a_page_runs_is_noticed(
    site: Site, edit: str
):
    write(site)
    site.write("table.csv", "1")
    assert "index" in site.executed()
    site.write("edit.sh", f"test -e .edited || {{ touch .edited; {edit}; }}")
    # The audit hook sees no file that a shell opens.
    cell = """
        ```{code-cell} ipython3
        import helper
        !sh edit.sh
        ```
        """
    site.write_page(cell, "edits.md")
    assert "edits" in site.executed()
    assert "while it ran" in site.executed()["edits"]
    assert "edits" not in site.executed()


def test_a_module_that_is_renamed_while_a_page_runs_is_noticed(site: Site):
    site.write("_package/__init__.py", "")
    site.write("_package/old.py", "")
    site.write_page(
        """
        ```{code-cell} ipython3
        import ctypes, _package.old
        # As another program would, which the audit hook does not see.
        ctypes.CDLL(None).rename(b"_package/old.py", b"_package/new.py");
        ```
        """
    )
    assert site.executed() == {"index": "first time"}
    build = site.build()
    assert build.executed == {"index": "_package/old.py changed while it ran"}
    assert "No module named '_package.old'" in build.said


def test_a_page_s_own_data_do_not_execute_it_again(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import os, time
        from pathlib import Path
        for name in "first.csv", "second.new":
            Path(name).write_text(str(time.time_ns()))
        os.replace("second.new", "second.csv")
        ```
        """
    )
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {}


def test_a_file_that_a_page_reads_and_then_changes_is_no_cache(site: Site):
    site.write("count.txt", "1")
    site.write_page(
        """
        ```{code-cell} ipython3
        from pathlib import Path
        count = int(Path("count.txt").read_text())
        Path("count.txt").write_text(f"{count + 1}")
        ```

        ```{expected-output}
        1
        ```
        """
    )
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {"index": "count.txt changed while it ran"}


def test_the_name_of_a_page_may_be_longer_than_a_file_s(site: Site):
    name = "/".join(letter * 100 for letter in "abc")
    site.write_page("")
    site.write_page("```{code-cell} ipython3\n1 + 1;\n```", f"{name}.md")
    assert set(site.executed()) == {"index", name}
    assert site.executed() == {}


def test_a_folder_that_cannot_be_made_is_one_error(site: Site):
    site.write_page("")
    result = run(*site.command(nbpromises_folder="index.md"))
    assert result.returncode != 0
    assert "nbpromises_folder: ERROR: [Errno 17] File exists" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_of_doctrees_that_cannot_be_written_is_one_error(site: Site):
    site.write_page("")
    site.write("_build/doctrees-en/lock/file", "")
    result = run(*site.command())
    assert result.returncode == 1
    assert "doctrees-en: ERROR: Is a directory" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            'nbpromises_environment = {"A": 1}',
            "nbpromises_environment: ERROR: A must be a text, but is 1",
        ),
        (
            'nbpromises_preload = ["broken"]',
            "nbpromises_preload: ERROR: the fork server ended; can these be imported: broken?",
        ),
    ],
)
def test_a_setting_that_cannot_work_is_one_error(
    tmp_path: Path, settings: str, said: str
):
    site = Site(tmp_path, ["nbpromises"], settings)
    write(site)
    site.write("broken.py", "1 / 0\n")
    result = run(*site.command())
    assert result.returncode != 0
    assert said in result.stderr
    assert "please open an issue" not in result.stderr


def test_a_temporary_folder_whose_name_is_too_long_is_named(
    site: Site, tmp_path: Path
):
    write(site)
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    result = run(*site.command(), TMPDIR=str(folder))
    assert result.returncode == 1
    assert "TMPDIR: ERROR: AF_UNIX path too long" in result.stderr


def test_warnings_of_the_kernel_itself_are_not_the_page_s(site: Site):
    write(site)
    result = run(*site.command(), PYTHONWARNINGS="error::DeprecationWarning")
    assert result.returncode == 0, result.stderr


def test_a_project_whose_path_python_would_split_is_refused(tmp_path: Path):
    site = Site(tmp_path / "a:b", ["nbpromises"])
    site.write_page("")
    result = run(*site.command())
    assert result.returncode != 0
    assert "ERROR: Python cannot import from a folder with ':'" in result.stderr
    assert "Traceback" not in result.stderr


EDIT = """
    def setup(app):
        from pathlib import Path
        page = Path(app.srcdir, "index.md")

        def edit(*arguments):
            text = page.read_text()
            page.write_text(text.replace({old!r}, {new!r}))

        app.connect({event!r}, edit, priority=900)
    """


def edit_during_build(site: Site, event: str, old: str, new: str) -> None:
    """Let the site's own conf.py save an edit of the page at this moment of each build."""
    conf = site.root / "conf.py"
    hook = EDIT.format(event=event, old=old, new=new)
    conf.write_text(conf.read_text() + dedent(hook))


def test_cells_that_are_edited_after_they_ran_do_not_get_the_old_outputs(
    site: Site,
):
    page = site.write_page("""
        ```{code-cell} ipython3
        x = 2
        print(x * x)
        ```

        ```{expected-output}
        4
        ```
        """)
    edit_during_build(site, "env-before-read-docs", "x = 2", "x = 3")
    result = run(*site.command(), cwd=site.root)
    assert result.returncode != 0
    assert f"{page}:1: ERROR: edited during this build" in result.stderr
    assert "- 4\n+ 9" in site.build().said


def test_a_page_that_is_edited_before_accept_writes_is_left_as_it_is(
    site: Site,
):
    page = write(site)
    page.write_text(page.read_text().replace("\n42\n", "\n41\n"))
    edit_during_build(
        site, "env-updated", "# A page", "# A page\n\nMore.\n\nMore."
    )
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert f"{page}:1: ERROR: edited during this build" in build.said
    assert page.read_text().count("More.") == 2
    assert "print(helper.ANSWER)" in page.read_text()
    assert "\n41\n" in page.read_text()


def test_a_module_that_a_page_writes_for_itself_is_left_nowhere(site: Site):
    site.write("helper.py", "ANSWER = 42\n")
    site.write_page(
        PAGE
        + """
    ```{code-cell} ipython3
    import sys, tempfile
    from pathlib import Path
    Path(tempfile.gettempdir(), "made_here.py").write_text("MADE = True")
    Path(".place").write_text(tempfile.gettempdir())
    sys.path.append(tempfile.gettempdir())
    import made_here
    ```
    """
    )
    for _ in range(2):
        build = site.build()
        assert build.ok, build.said
    assert runs(site) == 1
    assert not Path((site.root / ".place").read_text()).exists()


def test_a_run_that_was_disturbed_is_believed_once(site: Site):
    # As when a process that the page starts is killed by someone else, in the first run only.
    page = write(site)
    page.write_text(
        page.read_text()
        .replace("print(helper.ANSWER)", "    print('whole:', file.tell() > 1)")
        .replace("\n42\n", "\nwhole: True\n")
    )
    for language in "en", "zh_CN":
        assert "+ whole: False" in site.build(language).said
    for language in "en", "zh_CN":
        build = site.build(language)
        assert build.ok, build.said
    assert runs(site) == 2

    # What is broken for another reason stays broken, and runs once for all languages.
    page.write_text(page.read_text().replace("whole: True", "whole: true"))
    for languages in range(3):
        for language in "en", "zh_CN":
            assert "+ whole: True" in site.build(language).said
        assert runs(site) == 2 + languages
    page.write_text(page.read_text().replace("whole: true", "whole: True"))
    assert site.executed() == {}


PROGRESS = """
    ```{code-cell} ipython3
    import sys
    for step in range(3):
        print(f"{step}/3 ", end="", flush=True)
        print("\\b" * 4, end="")
        print(f"\\r{step}", end="")
    print("\\r3/3\\x1b[K \\x1b[32mdone\\x1b[0m")
    ```

    ```{expected-output}
    3/3 done
    ```
    """


def test_a_page_shows_what_a_terminal_would_show(site: Site):
    site.write_page(PROGRESS)
    build = site.build()
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    assert "\b" not in html
    assert "3/3" in html
    assert "1/3" not in html


def test_a_page_that_uses_what_another_has_changed_in_this_build_is_named(
    site: Site,
):
    write_other = """
        ```{{code-cell}} ipython3
        open("clean.csv", "w").write("{}")
        ```
        """
    site.write_page(write_other.format(1), "clean.md")
    site.write("clean.csv", "1")
    site.write_page("""
        ```{code-cell} ipython3
        print(open("clean.csv").read())
        ```

        ```{expected-output}
        1
        ```
        """)
    while "2 pages executed" in site.build().said:
        pass
    site.write_page(write_other.format(2), "clean.md")
    build = site.build()
    assert not build.ok
    assert "clean.csv changed while other pages were executed" in build.said
    assert "- 1\n+ 2" in site.build().said


def test_no_page_sees_the_terminal_of_the_build(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        import os
        print(os.isatty(0), os.ttyname(0) if os.isatty(0) else "")
        ```

        ```{expected-output}
        False
        ```
        """)
    outer, inner = os.openpty()
    build = subprocess.run(site.command(), cwd=site.root, stdin=inner)
    os.close(outer)
    os.close(inner)
    assert build.returncode == 0


def test_links_of_a_terminal_show_their_words(site: Site):
    site.write_page(r"""
        ```{code-cell} ipython3
        print("\x1b]8;;https://a.org\x1b\\the site\x1b]8;;\x1b\\, \x1b]0;title\x07done")
        ```

        ```{expected-output}
        the site, done
        ```
        """)
    build = site.build()
    assert build.ok, build.said
    assert "the site, done" in build.page()


def test_output_that_moves_the_cursor_elsewhere_is_an_error(site: Site):
    site.write_page(
        r"""
        ```{code-cell} ipython3
        print("one\x1b[2Atwo")
        ```
        """
    )
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert "index.md:11: ERROR: the cell raises" in build.said
        assert "verbose=2" in build.said


def test_damaged_outputs_are_made_again(site: Site):
    write(site)
    assert site.build().ok
    for damage in (
        lambda content: b"",
        lambda content: content[:-9],
        lambda content: content.replace(b"42", b"41"),
    ):
        for record in (site.root / "_build" / "executed").glob("*.json"):
            record.write_bytes(damage(record.read_bytes()))
        build = site.build()
        assert build.ok, build.said
        assert "42" in build.page()
    assert runs(site) == 4


def test_a_damaged_environment_is_made_again_without_executing(site: Site):
    write(site)
    assert site.build().ok
    (path,) = site.root.rglob("environment.pickle")
    path.write_bytes(path.read_bytes()[:100])
    build = site.build()
    assert build.ok, build.said
    assert "42" in build.page()
    assert runs(site) == 1


def test_of_two_builds_at_once_one_executes_and_both_are_right(site: Site):
    write(site)
    builds = [
        subprocess.Popen(site.command(language), cwd=site.root)
        for language in ("en", "en")
    ]
    assert [build.wait() for build in builds] == [0, 0]
    assert runs(site) == 1
    assert "42" in site.build().page()


def test_a_full_disk_fails_the_build_and_the_next_one_is_right(site: Site):
    write(site)
    # No file may grow beyond 4 KiB: a real refusal by the kernel, wherever it hits first.
    command = f"ulimit -f 4; exec {shlex.join(site.command())}"
    result = run("bash", "-c", command, cwd=site.root)
    assert result.returncode != 0
    build = site.build()
    assert build.ok, build.said
    assert "42" in build.page()


def test_after_a_build_was_killed_nothing_is_left_running_and_the_next_one_is_right(
    site: Site,
):
    write(site)
    page = site.write_page(
        PAGE
        + """
    ```{code-cell} ipython3
    import os, time
    with open("process", "w") as file:
        file.write(str(os.getpid()))
    while not os.path.exists("go on"):
        time.sleep(0.1)
    ```
    """
    )
    build = subprocess.Popen(site.command(), cwd=site.root)
    process = site.root / "process"
    wait_until(lambda: process.exists() and process.read_text())
    build.kill()
    build.wait()
    proc = Path("/proc", process.read_text())
    wait_until(lambda: not proc.exists())

    site.write("go on", "")
    build = site.build()
    assert build.ok, build.said
    assert "42" in build.page()
    page.write_text(page.read_text().replace("\n42\n", "\n41\n"))
    assert not site.build().ok


def test_the_time_for_which_a_build_is_stopped_does_not_count(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        import os, time
        open("begun", "w").close()
        while not os.path.exists("go on"):
            time.sleep(0.1)
        print("whole")
        ```

        ```{expected-output}
        whole
        ```
        """)
    command = site.command(nb_execution_timeout=10)
    build = subprocess.Popen(command, cwd=site.root)
    wait_until((site.root / "begun").exists)
    children = psutil.Process(build.pid).children(recursive=True)
    group = [build.pid, *(child.pid for child in children)]
    for pid in group:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(11)
    site.write("go on", "")
    for pid in reversed(group):
        os.kill(pid, signal.SIGCONT)
    assert build.wait() == 0


def test_a_script_without_a_guard_may_build_the_site(site: Site):
    write(site)
    arguments = site.command()[3:]
    script = site.root / "tasks.py"
    script.write_text(
        "from sphinx.cmd.build import build_main\n"
        f"raise SystemExit(build_main({arguments!r}))\n"
    )
    result = run(sys.executable, script, cwd=site.root)
    assert result.returncode == 0, result.stderr
    assert "42" in site.build().page()


def test_an_emptied_temporary_folder_changes_no_output_and_the_page_runs_again(
    site: Site,
):
    site.write_page("""
        ```{code-cell} ipython3
        import os, shutil, tempfile
        folder = os.path.dirname(os.path.dirname(tempfile.mkdtemp()))
        shutil.rmtree(folder)
        import colorsys
        try:
            open("no such file")
        except FileNotFoundError as error:
            print(error.filename)
        ```

        ```{expected-output}
        no such file
        ```
        """)
    for _ in range(2):
        build = site.build()
        assert build.ok, build.said
        assert set(build.executed) == {"index"}


@pytest.mark.parametrize("pages", [1, 9])
def test_what_ctrl_c_interrupts_is_no_result(site: Site, pages: int):
    """Nor are pages begun that wait for others."""
    page = """
        ```{code-cell} ipython3
        :tags: [raises-exception, "unchecked: it may be interrupted"]
        import os, time
        open("begun", "w").close()
        while not os.path.exists("go on"):
            time.sleep(0.1)
        print("whole")
        ```
        """
    names = ["index", *(f"page{number}" for number in range(1, pages))]
    for name in names:
        site.write_page(page, f"{name}.md")
    build = subprocess.Popen(
        # The page is not waited for.
        site.command(nb_execution_timeout=-1),
        cwd=site.root,
        start_new_session=True,
    )
    wait_until((site.root / "begun").exists)
    os.killpg(build.pid, signal.SIGINT)
    wait_until(lambda: build.poll() is not None)
    assert build.returncode != 0
    site.write("go on", "")
    second = site.build()
    assert second.ok, second.said
    assert set(second.executed) == set(names)
    assert all("whole" in second.page(name) for name in names)


@pytest.mark.parametrize(
    ("cell", "timeout", "said"),
    [
        (
            "import os; os._exit(3)",
            600,
            "ChildProcessError: the process ended with 3",
        ),
        (
            "import time; time.sleep(1000)",
            5,
            "TimeoutError: no result after 5 s",
        ),
        ("import nothing.at.all", 600, "ModuleNotFoundError: No module named"),
        ("input()", 600, "EOFError"),
        (
            "import asyncio; await asyncio.sleep(0)",
            600,
            "SyntaxError: 'await' outside function",
        ),
        (
            "from multiprocessing import Pool; Pool(1)",
            600,
            "AssertionError: daemonic processes are not allowed to have",
        ),
    ],
    ids=["exits", "hangs", "raises", "asks", "awaits", "pools"],
)
def test_a_page_that_does_not_come_to_its_end_fails_where_it_stopped(
    site: Site, cell: str, timeout: int, said: str
):
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        print("first")
        ```

        ```{{expected-output}}
        first
        ```

        ```{{code-cell}} ipython3
        {cell}
        ```

        ```{{code-cell}} ipython3
        print("never")
        ```

        ```{{expected-output}}
        never
        ```
        """
    )
    build = site.build(nb_execution_timeout=timeout)
    assert not build.ok
    assert f"index.md:19: ERROR: the cell raises {said}" in build.said
    assert build.said.count("ERROR") == 1


def test_what_a_process_prints_stands_where_a_terminal_shows_it(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        import os, subprocess
        from IPython.display import display
        print("calling")
        subprocess.run(["echo", "the answer is 0.5"])
        print("called")
        _ = subprocess.run(["echo", "the answer is 0.7"])
        display("shown")
        _ = os.system("echo to the error >&2; echo the end")
        ```

        ```{expected-output}
        calling
        the answer is 0.5
        called
        the answer is 0.7
        'shown'
        the end
        to the error
        ```
        """)
    build = site.build()
    assert build.ok, build.said


def test_a_letter_of_which_a_process_has_written_a_part_waits_for_the_rest(
    site: Site,
):
    site.write_page("""
        ```{code-cell} ipython3
        import os
        _ = os.write(1, "损".encode()[:2])
        print("x")
        _ = os.write(1, "损".encode()[2:])
        ```

        ```{expected-output}
        x
        损
        ```
        """)
    build = site.build()
    assert build.ok, build.said


@pytest.mark.parametrize("pause", [0, 0.3])
def test_the_order_of_two_streams_does_not_depend_on_time(
    site: Site, pause: float
):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        import logging, time
        print("loading")
        time.sleep({pause})
        logging.warning("loaded")
        time.sleep({pause})
        print("n = 42")
        ```

        ```{{expected-output}}
        loading
        n = 42
        WARNING:root:loaded
        ```
        """)
    build = site.build()
    assert build.ok, build.said


def test_an_output_that_is_sent_late_counts(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        import sys, time
        thread, flush = get_ipython().kernel.iopub_thread, sys.stderr._flush

        def flush_late():
            thread.schedule(lambda: time.sleep(1))
            flush()

        sys.stderr._flush = flush_late
        print("the last of all", file=sys.stderr)
        ```

        ```{expected-output}
        the last of all
        ```
        """)
    build = site.build()
    assert build.ok, build.said


def test_what_processes_and_native_code_print_is_on_the_page(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import os, subprocess
        subprocess.run(["echo", "from a process"]);
        os.write(1, b"and past Python\\n");
        ```

        ```{expected-output}
        from a process
        and past Python
        ```
        """
    )
    build = site.build()
    assert build.ok, build.said
    assert "from a process" in build.page()


def test_a_line_that_is_printed_slowly_stays_one_line(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        import time
        print("one", end=" ", flush=True)
        time.sleep(0.5)
        print("line")
        ```

        ```{expected-output}
        one line
        ```
        """
    )
    build = site.build()
    assert build.ok, build.said
    assert "one line" in build.page()


def test_a_shell_command_of_a_cell_runs(site: Site):
    site.write_page(
        """
        ```{code-cell} ipython3
        !echo from a shell
        ```

        ```{expected-output}
        from a shell
        ```
        """
    )
    build = site.build()
    assert build.ok, build.said


SKIPPED = """
    ```{code-cell} ipython3
    :tags: [skip-execution]
    print("for hours")
    ```
    """


def test_a_cell_that_is_to_be_skipped_is_not_executed(site: Site):
    site.write_page(SKIPPED)
    build = site.build()
    assert build.ok, build.said
    assert build.page().count("for hours") == 1

    promise = """
    ```{expected-output}
    for hours
    ```
    """
    page = site.write_page(SKIPPED + promise)
    before = page.read_text()
    assert "index.md:16: ERROR: the cell above is not executed" in (
        site.build(nbpromises_accept=1).said
    )
    assert page.read_text() == before


@pytest.mark.parametrize(
    "code",
    [
        "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()",
        "class A:\n    def __del__(self):\n        1 / 0\n\n\na = A()\ndel a",
    ],
)
def test_an_exception_that_python_itself_shows_is_executed_once(
    site: Site, code: str
):
    tag = ':tags: ["unchecked: a traceback"]\n'
    site.write_page(f"```{{code-cell}} ipython3\n{tag}{code}\n```")
    assert site.build().executed == {"index": "first time"}
    assert site.build().executed == {}


def test_a_page_that_says_so_is_not_executed(site: Site):
    page = site.write_page(CELL.format("1 / 0"))
    off = 'mystnb:\n  execution_mode: "off"\nkernelspec:'
    page.write_text(page.read_text().replace("kernelspec:", off))
    build = site.build()
    assert build.executed == {}
    assert "ZeroDivisionError" not in build.said


def test_code_of_another_language_is_not_executed_as_python(site: Site):
    page = write(site)
    text = page.read_text().replace("kernelspec:", "kernelspec:\n  language: R")
    page.write_text(text)
    build = site.build(nbpromises_accept=1)
    assert f"{page}:1: ERROR: its kernel speaks R" in build.said
    assert build.executed == {}
    assert page.read_text() == text


def test_a_negative_timeout_is_none(site: Site):
    site.write_page(CELL.format("import time; time.sleep(0.1)"))
    build = site.build(nb_execution_timeout=-1)
    assert build.ok, build.said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("# A page", "its lines are not those of its file"),
        ("print(", "edited during this build, or by a handler"),
    ],
    ids=["prose", "code"],
)
def test_a_handler_that_changes_a_page_is_named(
    site: Site, place: str, said: str
):
    page = write(site)
    configuration = (site.root / "conf.py").read_text()
    site.write(
        "conf.py",
        configuration
        + dedent(f"""
            def change(app, docname, source):
                source[0] = source[0].replace({place!r}, {place!r} + "\\n\\n")
            def setup(app):
                app.connect("source-read", change)
        """),
    )
    result = run(*site.command(), cwd=site.root)
    assert result.returncode == 1
    assert f"{page}:1: ERROR: {said}" in result.stderr
    assert "source-read" in result.stderr


def test_a_script_that_a_page_writes_and_starts_does_not_execute_it_again(
    site: Site,
):
    site.write_page(
        """
        ```{code-cell} ipython3
        %%writefile _script.py
        print(41 + 1)
        ```

        ```{expected-output}
        Writing _script.py
        ```

        ```{code-cell} ipython3
        !python _script.py
        ```

        ```{expected-output}
        42
        ```
        """
    )
    assert site.executed() == {"index": "first time"}
    assert site.executed() == {}


def test_a_drawing_is_described_in_any_format(site: Site):
    code = """import matplotlib.pyplot as plt
    %config InlineBackend.figure_formats = ['png']
    plt.plot([1, 2, 7]);"""
    site.write_page(CELL.format(code))
    assert "1 to 7" in site.build().said


def test_a_matplotlibrc_where_the_build_is_started_does_not_count(site: Site):
    site.write("start/matplotlibrc", "lines.linewidth: 12")
    code = "import matplotlib; print(matplotlib.rcParams['lines.linewidth'])"
    site.write_page(CELL.format(code))
    result = run(*site.command(), cwd=site.root / "start")
    assert "+ 1.5" in result.stderr


def test_a_matplotlib_style_of_the_user_s_is_not_there(site: Site):
    styles = site.root / "home/.config/matplotlib/stylelib"
    site.write(f"{styles}/mine.mplstyle", "lines.linewidth: 12")
    code = "import matplotlib.style as style; print('mine' in style.available)"
    site.write_page(CELL.format(code))
    home = str(site.root / "home")
    result = run(*site.command(), cwd=site.root, HOME=home)
    assert "+ False" in result.stderr


def test_what_a_preloaded_module_prints_is_on_no_page(tmp_path: Path):
    site = Site(tmp_path, ["nbpromises"], 'nbpromises_preload = ["talkative"]')
    site.write("talkative.py", 'print("loaded", end="")')
    site.write_page("""
        ```{code-cell} ipython3
        print("cell")
        ```

        ```{expected-output}
        cell
        ```
        """)
    result = run(*site.command(), cwd=site.root)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ('{\n<<<<<<< HEAD\n "cells": []\n}', 2), ("[]", 1), ("{}", 1)],
)
def test_a_notebook_file_that_cannot_be_read_is_named_with_its_line(
    site: Site, text: str, line: int
):
    site.write("index.ipynb", text)
    result = run(*site.command(), cwd=site.root)
    assert result.returncode != 0
    assert f"index.ipynb:{line}: ERROR: not a notebook: " in result.stderr
    assert "Traceback" not in result.stderr
