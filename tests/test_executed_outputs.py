"""When cells are executed, and when their kept outputs serve."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from conftest import Site

PAGE = """
    ```{code-cell} ipython3
    import helper
    with open("runs", "a") as file:
        file.write("x")
    print(helper.ANSWER)
    ```

    ```{expected-output}
    42
    ```

    Some words.
    """


def write(site: Site, answer: int = 42) -> Path:
    site.write("helper.py", f"ANSWER = {answer}\n")
    site.write(
        "locales/zh_CN/LC_MESSAGES/index.po",
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        '\nmsgid "A page"\nmsgstr "一页"\n'
        '\nmsgid "Some words."\nmsgstr "几个词。"\n',
    )
    return site.write_page(PAGE)


def runs(site: Site) -> int:
    return len((site.root / "runs").read_text())


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
    assert Site(moved).build().ok
    assert runs(Site(moved)) == 1


def test_after_a_build_was_killed_the_next_one_is_right(site: Site):
    page = write(site)
    waiting = PAGE.replace(
        "import helper", "import helper, time; time.sleep(2)"
    )
    site.write_page(waiting)
    process = subprocess.Popen(
        [str(part) for part in site.command()],
        cwd=site.root,
        start_new_session=True,
    )
    marker = site.root / "_build" / "doctrees-en" / "unfinished"
    deadline = time.monotonic() + 60
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    build = site.build()
    assert build.ok, build.said
    assert "42" in build.page()
    page.write_text(page.read_text().replace("\n42\n", "\n41\n"))
    assert not site.build().ok
