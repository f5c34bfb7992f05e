"""The table of editions."""

import re
from pathlib import Path

import pytest

from editions.languages import REQUIRED, read_table

WORDS = {name: name for name in REQUIRED - {"title", "folder"}}
COMMON = "\n".join(f'{name} = "{word}"' for name, word in WORDS.items())
TABLE = f"""
    source = "en"
    [editions.en]
    {COMMON}
    folder = "english"
    title = "A book"
    words.search = "Search"
    words.buttons.run = "Run"
    [editions.zh_CN]
    {COMMON}
    folder = "chinese"
    title = "一本书"
    words.search = "搜索"
    words.buttons.run = "运行"
    """


@pytest.mark.parametrize(
    ("left_out", "differing"),
    [
        ('title = "一本书"', "title"),
        ('words.search = "搜索"', "words.search"),
        ('words.buttons.run = "运行"', "words.buttons, words.buttons.run"),
        ('words.search = "Search"', "words.search"),
    ],
)
def test_an_edition_that_lacks_a_word_is_refused(
    tmp_path: Path, left_out: str, differing: str
):
    path = tmp_path / "_editions.toml"
    path.write_text(TABLE, encoding="utf-8")
    assert read_table(path)["editions"]["en"]["title"] == "A book"
    path.write_text(TABLE.replace(left_out, ""), encoding="utf-8")
    with pytest.raises(ValueError, match=f"but differ in {differing}$"):
        read_table(path)


def test_a_table_that_is_no_toml_is_named(tmp_path: Path):
    path = tmp_path / "_editions.toml"
    path.write_text("<<<<<<< HEAD\n" + TABLE, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^_editions\.toml: .*line 1"):
        read_table(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "en"', "", "lacks source"),
        ('source = "en"', 'source = "fr"', "one of en, zh_CN, but is 'fr'"),
        (TABLE, "", "lacks editions and source"),
        ("[editions.zh_CN]", "[other]", "two or more, but are ['en']"),
        ('title = "A book"', "", "en lacks title"),
        ('"chinese"', '"english"', "but are in english, english"),
        ('"chinese"', '""', "the name of a folder, but is ''"),
        ('"chinese"', '"../zh"', "the name of a folder, but is '../zh'"),
        ('"chinese"', "3", "the name of a folder, but is 3"),
        ('source = "en"', 'source = ["en"]', "a string, but is ['en']"),
        (
            'words.search = "Search"',
            'words.search = "Search {n}"',
            "zh_CN.words.search must have {n}, but is '搜索'",
        ),
        ('"搜索"', '"搜索 {n"', "must have no fields, but is '搜索 {n'"),
    ],
)
def test_what_a_table_lacks_is_named(
    tmp_path: Path, old: str, new: str, said: str
):
    path = tmp_path / "_editions.toml"
    path.write_text(TABLE.replace(old, new), encoding="utf-8")
    with pytest.raises(
        ValueError, match=f"^_editions.toml: .*{re.escape(said)}"
    ):
        read_table(path)
