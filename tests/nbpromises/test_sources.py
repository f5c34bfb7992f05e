"""Characters and fences of sources: the same page as without, or one error at its line."""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path

import pytest

from nbpromises.sources import UNRESOLVED, faults, name_strange, replace_file
from support.commands import run
from support.sites import Site

PAGE = """
    Some words.

    ```{code-cell} ipython3
    print("one")
    ```

    ```{expected-output}
    one
    ```

    More words.
    """


def rewrite(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_bytes(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("---", "\ufeff---"),
        ("\n", "\r\n"),
        ("Some words.", "Some\twords."),
        ("Some words.", "Some words.  "),
        ("More words.", "+++\n\nMore words."),
        ("More words.", "```{raw-cell}\nraw\n```\n\nMore words."),
        ("```{expected-output}", "``` {expected-output}"),
        ("```{expected-output}", "+++\n\n```{expected-output}"),
        ("```{code-cell}", "````{code-cell}"),
    ],
    ids=[
        "mark",
        "crlf",
        "tab",
        "blanks",
        "break",
        "raw",
        "blank",
        "break within",
        "longer",
    ],
)
def test_it_is_the_same_page_as_without(site: Site, old: str, new: str):
    page = site.write_page(PAGE)
    if old == "\n":
        page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    elif old == "```{code-cell}":
        rewrite(page, '"one")\n```', '"one")\n````')
        rewrite(page, old, new)
    else:
        rewrite(page, old, new)
    before = page.read_bytes()
    build = site.build()
    assert build.ok, build.said
    assert "1 promises kept" in build.said
    assert "one" in build.page()
    assert site.build(nbpromises_accept=1).ok
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Some words", "Some\u2028words", "U+2028 (LINE SEPARATOR)"),
        ("Some words", "Some\x0cwords", "U+000C"),
        ("```{code-cell} ipython3", "```{code-cell", "closing brace"),
        ("Some words", "Some\rwords", "carriage return"),
        ("```\n\nMore", "\nMore", "not closed"),
    ],
)
def test_it_is_an_error_at_its_line_and_accept_keeps_the_promises(
    site: Site, old: str, new: str, said: str
):
    page = site.write_page(PAGE)
    rewrite(page, old, new)
    wrong = "```{expected" if said == "not closed" else new[:7]
    line = page.read_bytes().decode().partition(wrong)[0].count("\n") + 1
    promised = page.read_bytes().count(b"one\n")
    build = site.build()
    assert not build.ok
    errors = re.findall(r"index\.md:(\d+): ERROR: (.*)", build.said)
    assert (str(line), True) in [(at, said in text) for at, text in errors]
    assert "Traceback" not in build.said
    assert not site.build(nbpromises_accept=1).ok
    assert page.read_bytes().count(b"one\n") >= promised


@pytest.mark.parametrize(
    "character",
    "\x00\x1b\x7f\ue000\ufffc\ufffd\u2029\x85\xad\x0b\x1c\u200b\u200e\u202e\ufeff\u2060",
)
def test_a_character_that_nobody_sees_is_named_with_its_line(character: str):
    (fault,) = faults(f"# A page\n\nSome{character}words\n")
    assert fault == (3, f"{name_strange(character)}: remove it")


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("｀｀｀{code-cell}\n1\n｀｀｀", "full-width"),
        ("```｛expected-output｝\n1\n```", "full-width"),
        ("```{expected-output\n1\n```", "closing brace"),
        ("```{.python\n1\n```", "closing brace"),
        ("```{\n1\n```", "closing brace"),
        ("```\n1", "not closed"),
        ("```", "not closed"),
        ("~~~\n1\n```", "not closed"),
        (
            "```{expected-output}\n1\n``\n\n```{code-cell}\n2\n```",
            "another block",
        ),
        ("```{expected-output}\n1\n``\n\n```python\n2\n```", "another block"),
        ("```{expected-output}\n1\n    ```\n\nMore.\n```", "another block"),
        (
            "````{expected-output}\n1\n```\n```{code-cell}\n````",
            "another block",
        ),
        ("````text\n1\n```\n\n````markdown\n2\n````", "another block"),
        ("<!-- to do ->\n\nMore.", "HTML is not closed"),
        ("<pre>\n1\n\nMore.", "HTML is not closed"),
        (
            "<div>\n```{code-cell}\n1\n```\n</div>",
            "cell stands within this HTML",
        ),
        (
            "$$ x\n\n```{code-cell}\n1\n```\n\n$$ y $$",
            "cell stands within this formula",
        ),
        ("<<<<<<< HEAD", "mark of a conflict"),
        (">>>>>>> branch", "mark of a conflict"),
        ("=======", "mark of a conflict"),
        ("=======\nMore words.", "mark of a conflict"),
        ("<div>\n<!-- to do\n</div>", "HTML is not closed"),
        ("···{code-cell} ipython3\n1\n···", "not a fence"),
        ("‘‘‘{expected-output}\n1\n‘‘‘", "not a fence"),
        ("´´´{forecast}\n1\n´´´", "not a fence"),
        ("``{code-cell} ipython3\n1\n``", "not a fence"),
        (":::{code-cell}\n1\n:::", "not a fence"),
    ],
)
def test_a_broken_fence_is_named_with_its_line(fence: str, said: str):
    line, fault = next(faults(f"# A page\n\n{fence}\n"))
    assert line == 3
    assert said in fault


def test_what_a_merge_left_between_its_sides_is_no_underline():
    for lines in "A longer line", "Two\nlines":
        (fault,) = faults(f"{lines}\n=======\n")
        assert fault[0] == 2 + lines.count("\n")
        assert fault[1].startswith(UNRESOLVED)
    assert (
        list(faults("Heading\n=======\n\nA longer one\n============\n")) == []
    )
    for heading in "(a-label)=\nSummary", "- Heading", "1. Summary":
        indent = " " * (len(heading) - len(heading.lstrip("1.- ")))
        assert list(faults(f"{heading}\n{indent}=======\n")) == []
    assert list(faults("```text\n=======\n```\n")) == []


def test_prose_may_name_the_blocks():
    for words in (
        "`{code-cell} ipython3` begins",
        "``{forecast}`` is",
        '"{code-cell}"',
    ):
        assert list(faults(f"{words} a block.\n")) == []


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("```{note}\nText.\n\n<!-- to do\n```", "<!--"),
        ("```{raw} html\n<style>\n```", "```{raw}"),
        ("- one\n\n  <!-- to do", "<!--"),
    ],
)
def test_html_within_a_block_that_is_not_closed_is_one_error(
    site: Site, block: str, place: str
):
    page = site.write_page("")
    page.write_text(f"{page.read_text()}\n{block}\n")
    line = page.read_text().partition(place)[0].count("\n") + 1
    for _ in range(2):
        build = site.build()
        assert not build.ok
        (error,) = re.findall(r"index\.md:(\d+): ERROR: this HTML", build.said)
        assert int(error) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Zero\u200bwidth.", "U+200B"),
        ("｀｀｀{code-cell}\n1\n｀｀｀", "full-width"),
        ("```python\n1", "not closed"),
        ("Words.\n\n<!-- to do", "HTML is not closed"),
    ],
)
def test_what_a_page_includes_is_checked_as_the_page(
    site: Site, text: str, said: str
):
    site.write("_part.md", f"{text}\n")
    site.write_page("```{include} _part.md\n```")
    build = site.build()
    assert not build.ok
    assert re.search(rf"_part\.md:\d: ERROR: .*{re.escape(said)}", build.said)


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        ("<<<<<<< HEAD", ""),
        ("Zero\u200bwidth", ""),
        ("The loss is 0.93.", "nbpromises_constants = {}"),
    ],
)
def test_a_fault_fails_the_build_without_warnings_as_errors_again_and_again(
    tmp_path: Path, body: str, settings: str
):
    site = Site(tmp_path, ["nbpromises"], settings)
    site.write_page(body)
    command = [option for option in site.command() if option != "-W"]
    for _ in range(2):
        assert run(*command, cwd=site.root).returncode == 1


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("_part.md", "```{include} _part.md\n```"),
        ("_part.txt", "```{include} _part.txt\n```"),
        ("_part.py", "```{literalinclude} _part.py\n```"),
        ("part.rst", "Words."),
    ],
)
@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", "||||||| 12ab", ">>>>>>> x"])
def test_a_conflict_in_what_a_page_includes_is_an_error_again_and_again(
    site: Site, name: str, body: str, mark: str
):
    site.write_page(body)
    site.write(name, f":orphan:\n\nPart\n====\n\n{mark}\n")
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert f"{name}:6: ERROR: a mark of a conflict" in build.said


def test_tags_within_sentences_and_cells_of_tables_are_closed(site: Site):
    site.write_page("""
        | one | two |
        | --- | --- |
        | x | <pre>one<br>two</pre> |

        Here is <textarea rows="1">some text</textarea> in a sentence.
        """)
    build = site.build()
    assert build.ok, build.said


def test_what_a_page_only_offers_or_shows_may_have_any_text(site: Site):
    site.write("_fix.patch", "<<<<<<< HEAD\n")
    site.write("_open.md", "```python\n")
    site.write_page("""
        {download}`_fix.patch`

        ```{literalinclude} _open.md
        ```
        """)
    build = site.build()
    assert build.ok, build.said


def test_html_that_is_closed_has_no_fault():
    script = '<div>\n<script>\nlet mark = "<!--";\n</script>\n</div>'
    closed = "<!-- to do -->", "<pre>\n1\n\n2\n</pre>", "<div>\n1", script
    unusual = "<!-->", "<!--->", "<div title='<!--'>\n1", '<p id = "<!--">'
    for html in closed + unusual:
        assert list(faults(f"# A page\n\n{html}\n")) == []


def test_a_block_in_a_quote_or_a_list_is_closed_by_its_own_fence():
    for block in "> ```\n> 1\n> ```", "- ```\n  1\n  ```", "> - ```\n>   ```":
        assert list(faults(f"# A page\n\n{block}\n")) == []
    for block in "> ```\n> 1", "- ```\n  1\n\nMore.":
        assert list(faults(f"# A page\n\n{block}\n")) == [
            (3, "this block is not closed")
        ]


def test_accept_leaves_a_page_alone_whose_promise_is_not_closed(site: Site):
    page = site.write_page("""
        ```{code-cell} ipython3
        print("a")
        ```

        ```{expected-output}
        b
        ``

        Prose.

        ```{code-cell} ipython3
        y = 2
        ```
        """)
    before = page.read_bytes()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert (
        "index.md:15: ERROR: another block begins in this block" in build.said
    )
    assert page.read_bytes() == before


def test_options_that_cannot_be_read_are_one_error_at_their_line(site: Site):
    site.write_page("```{code-cell} ipython3\n:tags: [hide-cell\n1\n```")
    for _ in range(2):
        build = site.build()
        assert not build.ok
        assert re.search(r"index\.md:\d+: .*could not be read", build.said)
        assert "Traceback" not in build.said


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (":tags: hide-cell", "tags of this cell: 'hide-cell' is not of type"),
        (":tags:", "tags of this cell: None is not of type 'array'"),
        (":tags: [unchecked: it varies]", "'it varies'} is not of type"),
    ],
)
def test_tags_that_are_no_list_of_words_are_one_error_at_their_cell(
    site: Site, tags: str, said: str
):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        :tags: [hide-cell]
        1
        ```

        ```{{code-cell}} ipython3
        {tags}

        2
        ```
        """)
    for _ in range(2):
        build = site.build()
        assert not build.ok
        (error,) = re.findall(r"^.*ERROR.*$", build.said, re.MULTILINE)
        assert f"{site.root}/index.md:16: ERROR: the option tags" in error
        assert said in error


def test_another_encoding_is_one_error_at_its_line(site: Site):
    page = site.write_page("Some words.")
    page.write_bytes(page.read_bytes() + "\ncafé".encode("latin-1"))
    for _ in range(2):
        result = run(*site.command(), cwd=site.root)
        assert result.returncode != 0
        assert re.search(
            r"index\.md:\d+: .*not written in UTF-8", result.stderr
        )
        assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_replaced_keeps_what_it_holds(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text("old")
    path.chmod(0o640)
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As on a full disk, only the beginning can be written.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            replace_file(path, b"new" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]
    link = tmp_path / "link.md"
    link.symlink_to(path)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text("old")
    os.chown(path, 12345, 23456)
    replace_file(path, b"new")
    state = path.stat()
    assert (state.st_uid, state.st_gid) == (12345, 23456)
    assert path.read_text() == "new"


def test_a_page_that_cannot_be_rewritten_is_one_error(site: Site):
    page = site.write_page("```{code-cell} ipython3\n1\n```")
    # Refused to everyone, also to root.
    unfinished = page.with_name(".index.md.unfinished")
    unfinished.mkdir()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert "index.md:1: ERROR: Is a directory, so nothing was" in build.said
    assert "Traceback" not in build.said


def test_a_printed_line_separator_cannot_be_promised(site: Site):
    page = site.write_page(PAGE.replace('"one"', r'"o\u2028ne"'))
    before = page.read_bytes()
    build = site.build(nbpromises_accept=1)
    assert not build.ok
    assert "prints U+2028 (LINE SEPARATOR)" in build.said
    assert page.read_bytes() == before
