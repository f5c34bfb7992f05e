"""Formulas are drawn by the browser alone."""

from playwright.sync_api import Browser

from support.sites import Site
from support.windows import open_window


def test_a_formula_is_written_as_mathml(site: Site):
    site.write_page(r"""
        The mean $\overline{x^2}$:

        $$
        \frac{1}{N} \sum_{i=1}^{N} x_i^2
        $$
        """)
    build = site.build()
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    assert html.count("<math ") == 2
    assert html.count('display="block"') == 1
    assert 'src="http' not in html


def test_a_star_is_that_of_mathematics_which_stands_lower(site: Site):
    site.write_page(r"Here $W^*$ and $x *y$.")
    build = site.build()
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    assert html.count("<mo>\N{ASTERISK OPERATOR}</mo>") == 2


def test_a_function_stands_apart_from_an_argument_without_brackets(site: Site):
    site.write_page(r"Here $\log 2$, $\log K$ and $\log(2)$.")
    build = site.build()
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    assert html.count("<mspace ") == 2


def test_a_formula_with_a_character_that_its_font_lacks_fails(site: Site):
    page = site.write_page(r"A formula $x = \text{数}$ here.")
    build = site.build()
    assert not build.ok
    said = (
        "this formula has 数 (6570), which the font stix-two-math.woff2 lacks"
    )
    assert f"{page}:11: ERROR: {said}" in build.said


def test_a_formula_that_cannot_be_written_fails_and_shows_its_source(
    site: Site,
):
    page = site.write_page(r"A $\nosuchcommand{x} < y$ here.")
    build = site.build()
    assert not build.ok
    assert str(page) in build.said
    assert "cannot be written as MathML" in build.said
    assert "nosuchcommand" in build.said
    # Notebooks look for one element for each formula.
    html = (build.output / "index.html").read_text()
    assert r"<math><mtext>\nosuchcommand{x} &lt; y</mtext></math>" in html


def test_no_mark_behind_a_formula_begins_a_line(site: Site, browser: Browser):
    site.write_page(
        f"{'下降的速度由 $w$，步长 $s$；和 $b$。' * 9}\n\n{'So $w$, $s$; $b$. ' * 9}"
    )
    build = site.build()
    assert build.ok, build.said
    with open_window(browser) as page:
        page.goto((build.output / "index.html").as_uri())
        assert page.locator("math").count() == 54
        for width in range(200, 400, 7):
            assert page.evaluate(MARKS_ALONE, f"{width}px") == []


# The marks behind formulas that stand lower than these, if the text has a width.
MARKS_ALONE = """
    (width) => [...document.querySelectorAll("math")].map((formula) => {
      formula.closest("p").style.width = width;
      const mark = new Range();
      mark.setStart(formula.nextSibling, 0);
      mark.setEnd(formula.nextSibling, 1);
      const below = mark.getBoundingClientRect().top > formula.getBoundingClientRect().bottom;
      return below && mark.toString();
    }).filter(Boolean)
"""
