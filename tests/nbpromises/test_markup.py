"""Markup that Markdown does not recognize is an error, not text."""

import pytest

from nbpromises.markup import left_over
from support.sites import Site


@pytest.mark.parametrize(
    "line",
    [
        "see {ref} `the start`",
        "see {ref}‘index’",
        "**bold **and plain",
        "**一句话。**另一句",
        "[a link] (https://example.org)",
        "[a link]（https://example.org）",
        "##Heading",
        "##\N{NO-BREAK SPACE}Heading",
        "＃＃ Heading",
        "-\N{NO-BREAK SPACE}item",
        "｀code｀",
        "a lone ` somewhere",
        "~~struck~~ text",
        "- [x] a task",
        "|a|b|\n|—|—|\n|1|2|",
    ],
)
def test_markup_that_is_not_recognized_fails(site: Site, line: str):
    page = site.write_page(f"Some words.\n\n{line}\n")
    build = site.build()
    assert not build.ok
    assert "ERROR: left-over markup, which readers would see: " in build.said
    number = (
        page.read_text(encoding="utf-8").split("\n").index(line.split("\n")[0])
    )
    assert f"index.md:{number + 1}: ERROR" in build.said


@pytest.mark.parametrize(
    "text",
    [
        "2**3 and a * b, 5 % of $10",
        "the range [0, 1] (inclusive), x[0] (y)",
        "from a ~~ to b, list[x] (of all)",
        "区间 [0, 1]（含两端）",
        "#5 of C#, ## of nothing",
        "{name}, a snake_case name|another",
        "W — the weight",
    ],
)
def test_other_marks_are_text(text: str):
    assert not left_over(text)


def test_code_and_formulas_may_have_any_mark(site: Site):
    site.write_page("""
        The role `` {ref}`label` ``, a power `2 ** 3`, $a**b$, <b title="**">bold</b>.

        ```md
        ##Heading
        ```
        """)
    build = site.build()
    assert build.ok, build.said
