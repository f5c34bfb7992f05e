"""The table of editions."""

from pathlib import Path

import pytest

from editions.languages import read_table

TABLE = """
    source = "en"
    [editions.en]
    title = "A book"
    words.search = "Search"
    words.buttons.run = "Run"
    [editions.zh_CN]
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
