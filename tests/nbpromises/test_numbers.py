"""Numbers in sentences come from the run, or are known constants."""

from pathlib import Path

import pytest

from nbpromises.promises.numbers import numbers
from support.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    constants = 'nbpromises_constants = {"7": "a lucky number"}'
    return Site(tmp_path, ["nbpromises"], constants)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a loss of 10.36.", ["10.36"]),
        ("损失是10.36。", ["10.36"]),
        ("损失是１０．３６。", ["10.36"]),
        ("W = -0.40, b=2", ["0.40", "2"]),
        ("90% of 1e-5", ["90", "1e-5"]),
        ("float32, L2, x1, Keras-3", ["3"]),
        ("10⁵ of ２³, R² and m²", ["10", "5", "2", "3"]),
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
        "{abbr}`W (about 0.93)`",
        "```{toctree}\n:caption: about 0.93\n\nWords <https://example.org>\n```",
        "```{eval-rst}\n>>> loss\n0.93\n```",
        "0.93min",
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


def test_a_value_of_the_same_page_may_be_glued_without_the_name_of_the_page(
    site: Site,
):
    site.write_page("""
        ```{code-cell} ipython3
        from myst_nb import glue

        glue("loss", 0.93, display=False)
        ```

        The loss is {glue:text}`loss:.2f`.
        """)
    build = site.build()
    assert build.ok, build.said
    assert "The loss is 0.93." in build.page()


def test_constants_and_notation_may_be_typed(site: Site):
    site.write(
        "index.md",
        "# A page\n\nSeven is 7, in `x[3]` and $x_1^2$.\n\n    loss = [93]\n\n"
        "```{toctree}\nWords <https://example.org>\n```\n",
    )
    build = site.build()
    assert build.ok, build.said


def test_the_front_matter_may_hold_numbers(site: Site):
    header = "jupytext:\n  text_representation:\n    format_version: 0.13"
    site.write("index.md", f"---\n{header}\n---\n\n# A page\n")
    build = site.build()
    assert build.ok, build.said


def test_examples_of_docstrings_are_tested_and_may_hold_numbers(site: Site):
    site.write(
        "lib.py", 'def f():\n    """Do.\n\n    >>> f()\n    0.5\n    """\n'
    )
    configuration = (site.root / "conf.py").read_text()
    site.write(
        "conf.py",
        f"{configuration}\nextensions += ['sphinx.ext.autodoc']\n"
        f"sys.path.append({str(site.root)!r})\n",
    )
    site.write(
        "index.md", "# A page\n\n```{eval-rst}\n.. autofunction:: lib.f\n```\n"
    )
    build = site.build()
    assert build.ok, build.said
    assert "0.5" in build.page()


def test_without_constants_nothing_is_checked(tmp_path: Path):
    site = Site(tmp_path, ["nbpromises"])
    site.write("index.md", "# A page\n\nThe loss is 0.93.\n")
    build = site.build()
    assert build.ok, build.said
