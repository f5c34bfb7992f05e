"""Numbers in sentences come from the run, or are known constants."""

import json

import pytest

import linear_tutorial
from conftest import ROOT, Site, run
from numbers_in_prose import numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a loss of 10.36.", ["10.36"]),
        ("损失是10.36。", ["10.36"]),
        ("损失是１０．３６。", ["10.36"]),
        ("W = -0.40, b=2", ["0.40", "2"]),
        ("90% of 1e-5", ["90", "1e-5"]),
        ("float32, L2, x1, Keras-3", ["3"]),
        ("none", []),
    ],
)
def test_numbers_are_found_wherever_they_stand(text: str, found: list[str]):
    assert numbers(text) == found


@pytest.mark.parametrize(
    "body",
    [
        "The loss is 0.93.",
        "After 8 epochs.",
        "## Down to 0.93",
        "- a loss of 0.93",
        "| loss |\n| ---- |\n| 0.93 |",
        "The loss is `0.93`.",
        "The loss is $0.93$.",
        "**0.93**",
        "![a loss of 0.93](picture.svg)",
        ":::{note}\n0.93\n:::",
    ],
)
def test_a_typed_number_fails(site: Site, body: str):
    site.write("picture.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    page = site.write("index.md", f"# A page\n\n{body}\n")
    build = site.build()
    assert not build.ok
    assert str(page) in build.said
    number = "8" if "8" in body else "0.93"
    assert f"the number {number} is typed" in build.said


def test_constants_and_notation_may_be_typed(site: Site):
    site.write(
        "index.md",
        "# A page\n\nSeven is 7, in `x[3]` and $x_1^2$.\n\n    loss = [93]\n",
    )
    build = site.build()
    assert build.ok, build.said


def test_glued_numbers_pass_in_both_languages(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        :tags: [remove-cell]
        from myst_nb import glue
        glue("loss", 0.9327, display=False)
        glue("other", 0.5, display=False)
        ```

        A loss of {glue:text}`index.md::loss:.2f`.
        """)
    catalogue = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        '\nmsgid "A page"\nmsgstr "一页"\n'
        '\nmsgid "A loss of {glue:text}`index.md::loss:.2f`."\n'
        'msgstr "损失是 {glue:text}`index.md::loss:.2f`。"\n'
    )
    path = site.write("locales/zh_CN/LC_MESSAGES/index.po", catalogue)
    assert "A loss of 0.93." in site.build("en").page()
    assert "损失是 0.93。" in site.build("zh_CN").page()

    path.write_text(
        catalogue.replace(
            "损失是 {glue:text}`index.md::loss",
            "损失是 {glue:text}`index.md::other",
        )
    )
    build = site.build("zh_CN")
    assert not build.ok
    assert "the translation fills in other values" in build.said

    path.write_text(catalogue.replace("。", "，即 0.93。"))
    build = site.build("zh_CN")
    assert not build.ok
    assert "the number 0.93 is typed" in build.said


def test_the_constants_of_the_book_are_those_of_the_package():
    code = "import conf, json; print(json.dumps(conf.constants_in_prose))"
    result = run(ROOT / ".venv/bin/python", "-c", code)
    assert result.returncode == 0, result.stderr
    for number, reason in json.loads(result.stdout).items():
        assert reason
        name = reason.split(",")[0].split(";")[0]
        if name.isupper():
            assert getattr(linear_tutorial, name) == float(number)
