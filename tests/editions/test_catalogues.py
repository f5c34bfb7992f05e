"""What is wrong in the lines of catalogues, held against gettext's own check, and their update."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editions.catalogues import faults, main, read_memory, update
from nbpromises.sources import name_strange
from support.commands import EXTENSIONS, run

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
ENTRY = '# A comment.\nmsgid "one"\nmsgstr "一"\n\n'
GOOD = HEADER + ENTRY + 'msgid ""\n"two "\n"lines"\nmsgstr "两行"\n'
BAD = {
    "conflict": GOOD.replace(
        'msgstr "一"\n',
        '<<<<<<< HEAD\nmsgstr "一"\n=======\nmsgstr "壹"\n>>>>>>> other\n',
    ),
    "another translation": GOOD.replace("一", '一"\n\nmsgstr "壹'),
    "no translation": GOOD.replace('msgstr "一"', ""),
    "no translation at the end": GOOD + 'msgid "three"\n',
    "given twice": GOOD + ENTRY,
    "an obsolete entry as well": GOOD + '#~ msgid "one"\n#~ msgstr "1"\n',
    "a word outside": GOOD.replace('"one"', '"one" or more'),
    "a quote inside": GOOD.replace('"one"', '"o"ne"'),
    "no quote at the end": GOOD.replace('"one"', '"one'),
    "no quotes": GOOD.replace('"一"', "一"),
    "an unknown escape": GOOD.replace("one", r"o\ne\q"),
    "a misspelt keyword": GOOD.replace("msgid", "mgsid", 1),
    "a byte-order mark": "\ufeff" + GOOD,
    "one line break": GOOD.replace('"one"', r'"one\n"'),
    "a plural": GOOD.replace('msgstr "一"', 'msgid_plural "ones"\nmsgstr "一"'),
    "a comment in an entry": GOOD.replace('"one"', '"one"\n# To do.'),
    "a comment in a text": GOOD.replace('"two "\n', '"two "\n# To do.\n'),
    "a guessed flag": "#, python-format\n" + GOOD.replace("一", "1% 一"),
}


def refused_by_gettext(text: bytes) -> bool:
    """Ask the reference, where it is installed."""
    if shutil.which("msgfmt") is None:
        pytest.skip(
            "msgfmt is not on this machine; 'apt install gettext' brings it"
        )
    command = ["msgfmt", "--check", "--output-file=/dev/null", "-"]
    result = subprocess.run(
        command, input=text, capture_output=True, check=False
    )
    return result.returncode != 0


def test_a_good_catalogue_has_no_fault():
    for text in GOOD, GOOD.replace("\n", "\r\n"), GOOD.strip(), "":
        assert list(faults(text.encode())) == []


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_gettext_refuses_has_a_fault_with_its_line(text: str):
    first, *_ = faults(text.encode())
    line, fault = first
    assert 0 < line <= text.count("\n") + 1
    assert fault


@given(st.data())
def test_whatever_is_damaged_is_refused_where_gettext_refuses_it(
    data: st.DataObject,
):
    lines = GOOD.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                lines[:place] + lines[place + 1 :],
                [*lines[:place], lines[place], *lines[place:]],
                [
                    *lines[:place],
                    lines[place].replace('"', "", 1),
                    *lines[place + 1 :],
                ],
                [*lines[:place], "=======\n", *lines[place:]],
                [*lines[:place], lines[place][:-2] + "\n", *lines[place + 1 :]],
            ]
        )
    )
    text = "".join(damaged).encode()
    if refused_by_gettext(text):
        assert list(faults(text))


def test_another_encoding_is_named_at_its_line():
    text = HEADER.encode() + 'msgid "one"\nmsgstr "中文"\n'.encode("gb18030")
    assert list(faults(text)) == [(5, "not written in UTF-8")]


@pytest.mark.parametrize("escape", [r"\r", r"\v", r"\x07", r"\\\b"])
def test_an_escape_of_a_control_character_is_refused(escape: str):
    text = f'{HEADER.strip()}\n\nmsgid "a"\nmsgstr "b{escape}c"\n'
    (fault,) = faults(text.encode())
    assert fault[0] == text.count("\n")
    assert "is a control character" in fault[1]


def test_tabs_and_backslashes_are_text():
    text = f'{HEADER.strip()}\n\nmsgid "a"\nmsgstr "\\\\t\\\\rho b\\tc\\\\"\n'
    assert list(faults(text.encode())) == []


@pytest.mark.parametrize(
    ("charset", "written"),
    [("GBK", "utf-8"), ("GB18030", "gb18030"), ("nonsense", "utf-8")],
)
def test_another_charset_is_named_at_its_line(charset: str, written: str):
    text = GOOD.replace("UTF-8", charset).encode(written)
    assert list(faults(text)) == [(2, "not written in UTF-8")]


def test_a_second_charset_is_named():
    second = r'"Content-Type: text/plain; charset={}\n"'
    for charset in "GBK", "latin-1", "CHARSET", "UTF-8Plural-Forms: x":
        text = f"{HEADER.strip()}\n{second.format(charset)}\n"
        ((at, fault),) = faults(text.encode())
        assert at == 1
        assert "not written in UTF-8" in fault or "cannot be read" in fault
    assert (
        list(faults(f"{HEADER.strip()}\n{second.format('utf8')}\n".encode()))
        == []
    )


@pytest.mark.parametrize(
    "begin", ['msgid  ""', '  msgid ""', 'msgid ""\n""', 'msgid ""\n  ""']
)
def test_a_header_is_found_however_it_is_written(begin: str):
    line = r'   "Plural-Forms: nplurals=1; plural=0；\n"'
    header = HEADER.strip().replace('msgid ""', begin)
    ((_, fault),) = faults(f"{header}\n{line}\n".encode())
    assert fault.startswith("the header cannot be read: ")


@pytest.mark.parametrize(
    "line",
    [
        "Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;",
        "PO-Revision-Date: 2026-11-29",
        "PO-Revision-Date: 2026-11-29 12:00 +0800",
        "POT-Creation-Date: 29.11.2026",
        "Language: chinese (simplified)",
        "Plural-Forms: nplurals=2; plural=(n > 1;",
        "Plural-Forms: nplurals=1; plural=0；",
    ],
)
def test_a_header_that_cannot_be_read_is_named(line: str):
    ((at, fault),) = faults(f'{HEADER.strip()}\n"{line}\\n"\n'.encode())
    assert at == 1
    assert fault.startswith("the header cannot be read: ")


def test_what_babel_would_read_otherwise_is_named():
    previous = GOOD + '\n#~| msgid "older"\n#~ msgid "old"\n#~ msgstr "alt"\n'
    assert [fault for _, fault in faults(previous.encode())] == [
        "Babel cannot read this line: remove it"
    ]
    glued = GOOD + '\nmsgid"x"\nmsgstr"y"\n'
    assert list(faults(glued.encode()))


@pytest.mark.parametrize("character", "\u200b\xad\ufeff\u2028")
def test_a_character_that_nobody_sees_is_named_with_its_line(character: str):
    text = GOOD.replace("一", f"一{character}")
    assert list(faults(text.encode())) == [
        (6, f"{name_strange(character)}: remove it")
    ]


def write_template(folder: Path, *messages: str) -> Path:
    template = folder / "page.pot"
    entries = (f'msgid "{each}"\nmsgstr ""\n' for each in messages)
    template.write_text(HEADER + "\n".join(entries))
    return template


def test_an_update_keeps_translations_and_takes_the_order_of_the_page(
    tmp_path: Path,
):
    path = tmp_path / "zh_CN" / "page.po"
    update(path, write_template(tmp_path, "one", "10% of {that}"), {})
    text = path.read_text()
    assert "-format" not in text
    assert text.endswith('msgid "10% of {that}"\nmsgstr ""\n')
    path.write_text(text.replace('"one"\nmsgstr ""', '"one"\nmsgstr "一"'))
    update(path, write_template(tmp_path, "10% of {that}", "one"), {})
    text = path.read_text()
    assert text.index("10%") < text.index('msgid "one"\nmsgstr "一"')
    assert list(faults(path.read_bytes())) == []


def test_an_update_without_news_changes_no_byte(tmp_path: Path):
    path = tmp_path / "page.po"
    template = write_template(tmp_path, "one", "two")
    update(path, template, {})
    before = path.read_bytes(), path.stat().st_mtime_ns
    update(path, template, {})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_an_update_comments_out_what_is_gone(tmp_path: Path):
    path = tmp_path / "page.po"
    update(path, write_template(tmp_path, "one", "something else"), {})
    path.write_text(
        path.read_text().replace('else"\nmsgstr ""', 'else"\nmsgstr "别的"')
    )
    update(path, write_template(tmp_path, "one"), {})
    assert '#~ msgid "something else"\n#~ msgstr "别的"' in path.read_text()
    update(path, write_template(tmp_path, "one", "something else"), {})
    assert 'msgid "something else"\nmsgstr "别的"' in path.read_text()
    assert "#~" not in path.read_text()


@pytest.mark.parametrize(
    "old", [GOOD, HEADER + '#~ msgid "one"\n#~ msgstr "一"\n']
)
@pytest.mark.parametrize("was_there", [False, True])
def test_a_renamed_page_and_a_moved_paragraph_keep_their_translations(
    tmp_path: Path, old: str, *, was_there: bool
):
    folder = tmp_path / "docs" / "locales" / "zh_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    table = (EXTENSIONS.parent / "_editions.toml").read_text()
    (tmp_path / "docs" / "_editions.toml").write_text(table)
    (tmp_path / "_build" / "gettext").mkdir(parents=True)
    shutil.copyfile(
        write_template(tmp_path, "one", "new"),
        tmp_path / "_build/gettext/renamed.pot",
    )
    (folder / "page.po").write_text(old)
    if was_there:
        # The paragraph was copied first, and removed from its page later.
        (folder / "renamed.po").write_text(HEADER + 'msgid "one"\nmsgstr ""\n')
    main(tmp_path)
    text = (folder / "renamed.po").read_text()
    assert 'msgid "one"\nmsgstr "一"\n' in text
    assert 'msgid "new"\nmsgstr ""\n' in text
    assert (folder / "page.po").read_text() == old


def test_a_translation_in_use_and_one_under_review_are_left_where_they_are(
    tmp_path: Path,
):
    folder, templates = tmp_path / "locales", tmp_path / "templates"
    folder.mkdir()
    templates.mkdir()
    for name in "used", "gone":
        (folder / f"{name}.po").write_text(GOOD)
    (folder / "late.po").write_text(HEADER + '#~ msgid "one"\n#~ msgstr "旧"\n')
    shutil.copyfile(write_template(tmp_path, "one"), templates / "used.pot")
    memory = read_memory(folder, templates)
    # One that a page still uses is its own; one that is only kept gives way.
    assert memory == {"one": "一", "two lines": "两行"}
    (folder / "gone.po").unlink()
    assert read_memory(folder, templates) == {"one": "旧", "two lines": "两行"}
    review = HEADER + '#, fuzzy\nmsgid "one"\nmsgstr "待审"\n'
    (folder / "page.po").write_text(review)
    update(folder / "page.po", templates / "used.pot", memory)
    assert '#, fuzzy\nmsgid "one"\nmsgstr "待审"' in (
        (folder / "page.po").read_text()
    )


def test_a_catalogue_that_cannot_be_written_is_one_error(tmp_path: Path):
    folder = tmp_path / "docs" / "locales" / "zh_CN" / "LC_MESSAGES"
    (folder / ".new.po.unfinished").mkdir(parents=True)
    table = (EXTENSIONS.parent / "_editions.toml").read_text()
    (tmp_path / "docs" / "_editions.toml").write_text(table)
    (tmp_path / "_build" / "gettext").mkdir(parents=True)
    shutil.copyfile(
        write_template(tmp_path, "new"), tmp_path / "_build/gettext/new.pot"
    )
    with pytest.raises(SystemExit, match=r"/new\.po: ERROR: Is a directory$"):
        main(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "required: folder"), (["/nowhere"], "error: [Errno 2] No such file")],
)
def test_a_command_that_cannot_work_says_why(arguments: list[str], said: str):
    command = [sys.executable, "-m", "editions.catalogues", *arguments]
    result = run(*command, cwd=EXTENSIONS)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_damaged_catalogue_is_named_and_none_is_updated(tmp_path: Path):
    folder = tmp_path / "docs" / "locales" / "zh_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    table = (EXTENSIONS.parent / "_editions.toml").read_text()
    (tmp_path / "docs" / "_editions.toml").write_text(table)
    (tmp_path / "_build" / "gettext").mkdir(parents=True)
    template = write_template(tmp_path, "new")
    for name in "damaged", "whole":
        shutil.copyfile(
            template, tmp_path / "_build" / "gettext" / f"{name}.pot"
        )
    (folder / "damaged.po").write_text(BAD["conflict"])
    (folder / "whole.po").write_text(GOOD)
    with pytest.raises(SystemExit, match=r"damaged\.po:6: ERROR: not a line"):
        main(tmp_path)
    assert (folder / "damaged.po").read_text() == BAD["conflict"]
    assert (folder / "whole.po").read_text() == GOOD
    (folder / "damaged.po").write_text(GOOD)
    main(tmp_path)
    assert 'msgid "new"' in (folder / "whole.po").read_text()
