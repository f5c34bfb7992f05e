"""Figures: every drawing has a caption and a description, and every caption a drawing."""

from pathlib import Path
from textwrap import indent

import lxml.html
import pytest

from support.sites import Build, Site

DRAW = """
    ```{code-cell} ipython3
    import matplotlib.pyplot as plt
    plt.plot([1, 2]);
    ```

    ```{expected-output}
    axes: x '' from -0.05 to 1.05, y '' from 0.95 to 2.05
      line - #1f77b4: 2 points, x 0 to 1, mean 0.5, tilt 0.5; y 1 to 2, mean 1.5, tilt 1
    ```
    """
FIGURE = """
    ```{output-figure}
    :name: fig-line
    :alt: A rising line.

    A *line*.
    ```
    """
REFERENCE = """
    See {numref}`fig-line`.
    """


@pytest.fixture
def site(tmp_path: Path) -> Site:
    described = "nbpromises_describe_figures = True"
    return Site(tmp_path, ["nbpromises"], described)


def test_a_drawing_gets_caption_description_and_number(site: Site):
    site.write_page(DRAW + FIGURE + REFERENCE)
    build = site.build()
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    assert 'alt="A rising line."' in html
    assert "A <em>line</em>." in html
    assert "See Fig. 1." in build.page()
    # The text that stands for a figure where there are no pictures.
    assert "2 points" not in build.page()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (DRAW, "the cell draws 1 figure(s), but 0"),
        (
            DRAW + FIGURE + FIGURE.replace("fig-line", "fig-2"),
            "1 figure(s), but 2",
        ),
        (FIGURE, "no code cell above draws this figure"),
        (
            DRAW + FIGURE.replace(":alt: A rising line.\n", ""),
            "needs the option :alt:",
        ),
        (
            DRAW + FIGURE.replace(":name: fig-line\n", ""),
            "needs the option :name:",
        ),
        (DRAW + FIGURE.replace("A *line*.", ""), "output-figure"),
    ],
    ids=["bare", "one-too-many", "undrawn", "no-alt", "no-name", "no-caption"],
)
def test_an_incomplete_figure_fails(site: Site, body: str, said: str):
    site.write_page(body)
    build = site.build()
    assert not build.ok
    assert said in build.said


def test_prose_of_a_figure_can_be_edited_without_running_the_cell(site: Site):
    count = """
    ```{code-cell} ipython3
    with open("runs", "a") as file:
        file.write("x")
    ```
    """
    site.write_page(DRAW + FIGURE + count)
    assert site.build().ok
    site.write_page(DRAW + FIGURE.replace("rising", "straight") + count)
    build = site.build()
    assert 'alt="A straight line."' in (build.output / "index.html").read_text()
    assert (site.root / "runs").read_text() == "x"


def test_a_picture_from_a_file_fails(site: Site):
    site.write("old.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    page = site.write_page("![The loss falls to its lowest value.](old.svg)")
    assert f"{page}:11: ERROR: this picture is a file" in site.build().said


@pytest.mark.parametrize(
    "pasted",
    [
        "```{glue:figure} line\n:name: fig-line\n\nA line.\n```",
        "```{glue} line\n```",
        "A {glue}`line` in a sentence.",
    ],
    ids=["figure", "any", "role"],
)
def test_a_glued_drawing_fails(site: Site, pasted: str):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        :tags: [remove-cell]
        import matplotlib.pyplot as plt
        from myst_nb import glue
        figure, ax = plt.subplots()
        glue("line", figure, display=False)
        plt.close(figure)
        ```

        {indent(pasted, 8 * " ").strip()}
        """)
    build = site.build()
    assert not build.ok
    message = "this drawing is glued; let a visible code cell show it"
    assert f"index.md:20: ERROR: {message}" in build.said, build.said


def test_a_site_need_not_describe_its_figures(tmp_path: Path):
    site = Site(tmp_path, ["nbpromises"])
    site.write("old.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    site.write_page(DRAW + "![A picture.](old.svg)")
    build = site.build()
    assert build.ok, build.said


def pictures(build: Build) -> list[dict[str, str]]:
    """Return the attributes of each picture on a page."""
    tree = lxml.html.parse(build.output / "index.html")
    return [dict(picture.attrib) for picture in tree.iter("img")]


def test_the_space_of_a_described_drawing_is_reserved(site: Site):
    site.write_page(DRAW + FIGURE)
    (picture,) = pictures(site.build())
    assert {"width", "height"} <= picture.keys()


def test_a_size_that_the_cell_sets_stays(site: Site):
    small = """---
    mystnb:
      image:
        width: 200px
    ---
    import"""
    site.write_page(DRAW.replace("import", small) + FIGURE)
    (picture,) = pictures(site.build())
    assert picture["style"] == "width: 200px;"
    assert "height" not in picture


def test_a_drawing_that_is_not_described_is_shown_as_mystnb_shows_it(
    tmp_path: Path,
):
    site = Site(tmp_path, ["nbpromises"])
    site.write_page(DRAW + DRAW)
    for picture in pictures(site.build()):
        assert picture.keys() == {"alt", "src"}


@pytest.mark.parametrize(
    "option", ["figure: {caption: A line.}", "image: {alt: A line.}"]
)
def test_mystnb_s_own_options_for_drawings_are_refused(site: Site, option: str):
    site.write_page(f"""
        ```{{code-cell}} ipython3
        ---
        mystnb:
          {option}
        ---
        import matplotlib.pyplot as plt
        plt.plot([1, 2]);
        ```
        """)
    for _ in range(2):
        build = site.build()
        assert not build.ok
        name = option.split(":")[0]
        message = f"use {{output-figure}} in place of the option {name}"
        assert f"index.md:13: ERROR: {message}" in build.said, build.said
