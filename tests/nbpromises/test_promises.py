"""Promises: what passes, what fails, what the build says about it."""

import re
from xml.etree import ElementTree

import pytest

from support.commands import run
from support.sites import Site

PROMISED = """
    ```{code-cell} ipython3
    print("W = 4.463, 10 epochs")
    {1: 2.5}
    ```

    ```{expected-output}
    W = 4.46, ... epochs
    {1: 2.5}
    ```
    """
BROKEN = """
    ```{code-cell} ipython3
    print("alike")
    print("loss:", 0.9327)
    ```

    ```{expected-output}
    alike
    loss: 0.93
    ```

    ```{code-cell} ipython3
    print("alike")
    print("loss:", 0.9327)
    ```

    ```{expected-output}
    alike
    loss: 0.94
    ```
    """


def test_a_kept_promise_passes_and_only_the_output_is_shown(site: Site):
    site.write_page(PROMISED)
    build = site.build()
    assert build.ok, build.said
    assert "1 promises kept, 0 broken, on 1 pages" in build.said
    assert "W = 4.463, 10 epochs" in build.page()
    assert "..." not in build.page()
    assert "expected-output" not in build.page()


def test_a_broken_promise_fails_with_place_and_difference_again_and_again(
    site: Site,
):
    page = site.write_page(BROKEN)
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert f"{page}:26: ERROR" in build.said
        assert "  alike\n- loss: 0.94\n+ loss: 0.9327" in build.said
        assert "- loss: 0.93\n" not in build.said
    page.write_text(page.read_text().replace("0.94", "0.93"))
    assert site.build().ok


def test_all_broken_promises_of_all_pages_come_in_one_run(site: Site):
    first = site.write_page(BROKEN.replace("loss: 0.93\n", "loss: 0.92\n"))
    second = site.write_page(BROKEN, "second.md")
    said = site.build().said
    for page, line in (first, 16), (first, 26), (second, 26):
        assert f"{page}:{line}: ERROR" in said
    assert "3 broken" in said


def test_the_result_of_each_promise_is_reported_to_machines(site: Site):
    site.write_page(BROKEN)
    site.write_page(PROMISED, "kept/page.md")
    build = site.build(nbpromises_junit="report.xml")
    assert "index: 1 kept, 1 broken\nkept/page: 1 kept, 0 broken" in build.said
    report = ElementTree.parse(site.root / "report.xml").getroot()
    assert [
        (suite.get("name"), suite.get("tests"), suite.get("failures"))
        for suite in report.iter("testsuite")
    ] == [("index.md", "2", "1"), ("kept/page.md", "1", "0")]
    (broken,) = report.findall("testsuite/testcase[failure]")
    assert (broken.get("file"), broken.get("line")) == ("index.md", "26")
    assert "- loss: 0.94\n+ loss: 0.9327" in (broken.findtext("failure") or "")


def test_a_failure_with_control_characters_is_reported_to_machines(site: Site):
    site.write_page(r"""
        ```{code-cell} ipython3
        raise ValueError("one\x01two")
        ```
        """)
    site.build(nbpromises_junit="report.xml")
    report = ElementTree.parse(site.root / "report.xml").getroot()
    assert "one\ufffdtwo" in (report.findtext(".//failure") or "")


def test_the_report_names_pages_wherever_the_configuration_is(site: Site):
    site.write_page(PROMISED, "pages/index.md")
    site.write("conf/conf.py", (site.root / "conf.py").read_text())
    options = site.command(nbpromises_junit="report.xml")[:-2]
    result = run(*options, "-c", "conf", "pages", "_build/html", cwd=site.root)
    assert result.returncode == 0, result.stderr
    report = ElementTree.parse(site.root / "conf/report.xml").getroot()
    assert report[0].get("name") == "../pages/index.md"


def test_a_report_that_cannot_be_written_is_one_error(site: Site):
    site.write_page(PROMISED)
    result = run(*site.command(nbpromises_junit="_build"))
    assert result.returncode != 0
    assert "nbpromises_junit: ERROR: " in result.stderr
    assert "Traceback" not in result.stderr


def test_a_printing_cell_without_a_promise_fails(site: Site):
    page = site.write_page("""
        ```{code-cell} ipython3
        x = 1
        x + 1
        ```
        """)
    build = site.build()
    assert not build.ok
    assert f"{page}:11: ERROR: the cell prints, but no" in build.said
    assert "+ 2" in build.said


def test_a_silent_cell_needs_no_promise_and_must_have_none(site: Site):
    silent = """
        ```{code-cell} ipython3
        x = 1
        ```
        """
    page = site.write_page(silent)
    assert site.build().ok
    site.write_page(
        silent
        + """
        ```{expected-output}
        1
        ```
        """
    )
    build = site.build()
    assert not build.ok
    assert f"{page}:15: ERROR: the cell above prints nothing" in build.said


def test_an_output_may_go_unchecked_for_a_reason(site: Site):
    body = """
        ```{{code-cell}} ipython3
        :tags: ["{}"]
        print(__import__("time").time())
        ```
        """
    site.write_page(body.format("unchecked: it measures time"))
    assert site.build().ok
    page = site.write_page(body.format("unchecked"))
    build = site.build()
    assert not build.ok
    assert f"{page}:11: ERROR: the tag must say why" in build.said


@pytest.mark.parametrize("tag", ["remove-cel", "“remove-cell”", "Remove-Cell"])
def test_a_tag_that_is_misspelt_is_named(site: Site, tag: str):
    page = site.write_page(f"""
        ```{{code-cell}} ipython3
        :tags: [solution, {tag}]
        x = 1
        ```
        """)
    build = site.build()
    assert not build.ok
    said = f"there is no tag '{tag}'; do you mean 'remove-cell'?"
    assert f"{page}:11: ERROR: {said}" in build.said
    assert "solution" not in build.said


def test_a_promise_must_follow_a_cell_and_be_the_only_one(site: Site):
    page = site.write_page("""
        ```{expected-output}
        1
        ```

        ```{code-cell} ipython3
        1
        ```

        ```{expected-output}
        1
        ```

        ```{expected-output}
        1
        ```
        """)
    build = site.build()
    assert not build.ok
    assert f"{page}:11: ERROR: this {{expected-output}} does not" in build.said
    assert f"{page}:23: ERROR: the cell above has its promise" in build.said


def test_a_promise_inside_another_block_is_not_overlooked(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        1
        ```

        ````{note}
        ```{expected-output}
        1
        ```
        ````
        """)
    build = site.build()
    assert not build.ok
    assert "index.md:16: ERROR: an {expected-output} is nested" in build.said


def test_a_cell_that_raises_fails_the_build_again_and_again(site: Site):
    page = site.write_page("""
        ```{code-cell} ipython3
        x = 1
        ```

        ```{code-cell} ipython3
        1 / 0
        ```
        """)
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert (
            f"{page}:15: ERROR: the cell raises ZeroDivisionError" in build.said
        )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("own.halve()", "(line 3 of the cell; {root}/own.py:2)"),
        ("import torn", "(line 3 of the cell; {root}/torn.py:1)"),
        ("json.loads('{{')", "line 1 column 2 (char 1) (line 3 of the cell)\n"),
        ("1 +", "(line 3 of the cell)"),
    ],
)
def test_an_error_names_the_line_of_the_cell_and_that_of_a_module(
    site: Site, code: str, said: str
):
    site.write("own.py", "def halve():\n    1 / 0\n")
    site.write("torn.py", "def (\n")
    site.write_page(f"""
        ```{{code-cell}} ipython3
        :tags: [raise]
        import json

        import own; {code.format()}
        ```
        """)
    build = site.build()
    assert "index.md:11: ERROR: the cell raises " in build.said
    assert said.format(root=site.root) in build.said


@pytest.mark.parametrize(
    ("option", "settings"),
    [
        (":tags: [remove-cell]", {}),
        (":mystnb: {remove_code_outputs: true}", {}),
        ("", {"nb_remove_code_outputs": 1}),
    ],
)
def test_an_option_that_hides_outputs_hides_no_error(
    site: Site, option: str, settings: dict[str, object]
):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        {option or ":tags: []"}
        1 / 0
        ```
        """)
    said = site.build(**settings).said
    assert "index.md:11: ERROR: the cell raises ZeroDivisionError" in said


def test_a_warning_about_a_whole_page_names_it_and_leaves_other_pages_alone(
    site: Site,
):
    site.write_page("Nothing to see.")
    page = site.write("lonely.md", "# In no list of contents\n")
    other = site.root / "_build" / "doctrees-en" / "index.doctree"
    times_of_reading = set()
    for _ in range(3):
        build = site.build()
        assert not build.ok
        assert f"{page}: WARNING: document isn't included" in build.said
        assert build.said.count("[toc.not_included]") == 1
        times_of_reading.add(other.stat().st_mtime_ns)
    assert len(times_of_reading) == 1


@pytest.mark.parametrize("text", ["```{note}\\nhi\\n```", "a\\n``\\nb", "``"])
def test_a_printed_fence_is_accepted_so_that_the_next_build_passes(
    site: Site, text: str
):
    page = site.write_page(f"""
        ```{{code-cell}} ipython3
        print("{text}")
        ```
        """)
    accepted = site.build(nbpromises_accept=1)
    assert accepted.ok, accepted.said
    assert "````{expected-output}" in page.read_text()
    build = site.build()
    assert build.ok, build.said


def test_accepting_writes_what_was_printed_and_touches_nothing_else(
    site: Site,
):
    page = site.write_page(
        BROKEN
        + """
    ```{code-cell} ipython3
    print("took", 3, "s")
    print("new:", 7)
    ```

    ```{expected-output}
    took ... s
    new: 8
    ```

    ```{code-cell} ipython3
    print("never promised")
    ```

    ```{code-cell} ipython3
    x = 1
    ```

    ```{expected-output}
    gone
    ```

    The end.
    """
    )
    before = page.read_text()
    site.build(nbpromises_accept=1)
    after = page.read_text()

    promised = "```{expected-output}\nnever promised\n```\n"
    first, second = before.split("loss: 0.94")
    assert after.startswith(first + "loss: 0.9327")
    assert "loss: 0.93\n" in after
    assert "took ... s\nnew: 7\n" in after
    assert f'print("never promised")\n```\n\n{promised}' in after
    assert "gone" not in after
    assert after.endswith("The end.\n")
    assert len(second) < len(after)

    assert site.build().ok
    site.build(nbpromises_accept=1)
    assert page.read_text() == after


@pytest.mark.parametrize(
    "shown",
    ["HTML('<b>42</b>')", "Markdown('42')", "Latex('$42$')"],
)
def test_a_result_that_is_not_text_cannot_be_promised(site: Site, shown: str):
    site.write_page(
        f"""
        ```{{code-cell}} ipython3
        from IPython.display import *
        {shown}
        ```
        """
    )
    build = site.build()
    assert "index.md:11: ERROR: the cell shows " in build.said
    assert ", which no promise can hold" in build.said


def test_an_address_that_differs_in_each_run_is_left_open(site: Site):
    page = site.write_page("""
        ```{code-cell} ipython3
        print(object())
        ```
        """)
    assert site.build(nbpromises_accept=1).ok
    assert "<object object at ...>" in page.read_text()
    build = site.build()
    assert build.ok, build.said


@pytest.mark.parametrize("tag", ["remove_output", "remove-stdout"])
def test_a_promise_about_a_removed_output_is_an_error_and_stays(
    site: Site, tag: str
):
    page = site.write_page(f"""
        ```{{code-cell}} ipython3
        :tags: [{tag}]
        print("a")
        ```

        ```{{expected-output}}
        a
        ```
        """)
    before = page.read_bytes()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    message = f"the tag '{tag}' hides what this promise is about"
    assert f"index.md:16: ERROR: {message}" in build.said
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "settings"),
    [
        (":tags: [remove-stderr]", {}),
        (":mystnb: {output_stderr: remove}", {}),
        (":mystnb: {remove_code_outputs: true}", {}),
        ("", {"nb_remove_code_outputs": 1}),
        ("", {"nb_output_stderr": "remove"}),
    ],
)
def test_a_promise_about_an_output_that_an_option_hides_is_an_error_and_stays(
    site: Site, option: str, settings: dict[str, object]
):
    page = site.write_page(f"""
        ```{{code-cell}} ipython3
        {option or ":tags: []"}
        import sys
        print("a", file=sys.stderr)
        ```

        ```{{expected-output}}
        a
        ```
        """)
    before = page.read_bytes()
    build = site.build(nbpromises_accept=1, **settings)
    assert not build.ok
    message = "a tag or an option hides what this promise is about"
    assert f"index.md:17: ERROR: {message}" in build.said
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    "path", ["tempfile.mkdtemp()", "os.getcwd()", "os.path.expanduser('~/x')"]
)
def test_a_path_of_the_machine_is_not_accepted(site: Site, path: str):
    page = site.write_page(f"""
        ```{{code-cell}} ipython3
        import os, tempfile
        print("in", {path})
        ```
        """)
    before = page.read_text()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert "index.md:11: ERROR: the cell prints a path of this" in build.said
    assert page.read_text() == before
    page.write_text(before + "\n```{expected-output}\nin ...\n```\n")
    build = site.build()
    assert build.ok, build.said


def test_a_path_below_the_home_folder_in_a_traceback_is_not_accepted(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(site.root))
    site.write("mod.py", "def f():\n    1 / 0\n")
    page = site.write_page("""
        ```{code-cell} ipython3
        :tags: [raises-exception]
        import mod
        mod.f()
        ```
        """)
    before = page.read_text()
    build = site.build(nbpromises_accept=1)
    assert "a path of this machine, ~/mod.py" in build.said
    assert page.read_text() == before


def test_the_path_of_the_environment_is_not_accepted(site: Site):
    page = site.write_page("""
        ```{code-cell} ipython3
        import sys
        print("in", sys.prefix)
        ```
        """)
    before = page.read_text()
    build = site.build(nbpromises_accept=1)
    assert "index.md:11: ERROR: the cell prints a path of this" in build.said
    assert page.read_text() == before


def test_a_page_that_was_not_executed_to_its_end_is_not_rewritten(site: Site):
    page = site.write_page(
        BROKEN
        + """
    ```{code-cell} ipython3
    1 / 0
    ```

    ```{expected-output}
    kept
    ```
    """
    )
    before = page.read_bytes()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert re.search(
        r"index\.md:\d+: ERROR: the cell raises ZeroDivision", build.said
    )
    assert page.read_bytes() == before


def test_accepting_keeps_the_ends_of_lines(site: Site):
    page = site.write_page(BROKEN)
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    assert site.build(nbpromises_accept=1).ok
    content = page.read_bytes()
    assert b"loss: 0.9327\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_accepting_at_the_end_of_a_file_without_a_line_end_keeps_their_kind(
    site: Site,
):
    page = site.write_page("""
        ```{code-cell} ipython3
        print(1)
        ```
        """)
    page.write_bytes(page.read_bytes().rstrip().replace(b"\n", b"\r\n"))
    assert site.build(nbpromises_accept=1).ok
    content = page.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert site.build().ok
