"""Included code is shown without its docstrings."""

import pytest

from support.sites import Site

MODULE = '''
def area(radius):
    """Compute the area.

    Of a circle.
    """
    return 3.14 * radius**2  # about


class Circle:
    """A circle."""

    text = """not a docstring"""

    def grow(self):
        """Grow."""
        return 2  # twice


class Square(Circle):
    """A square."""


def half(x): "Return a half."; return x / 2


def third(x):
    "Return a third."; return x / 3
'''
INCLUDED = """
    ```{{literalinclude}} shapes.py
    :without-docstring:
    {}
    ```
    """


def test_docstrings_are_left_out_only_where_it_is_asked_for(site: Site):
    site.write("shapes.py", MODULE)
    included = """
        ```{{literalinclude}} shapes.py
        :pyobject: {}
        {}
        ```
        """
    site.write_page(included.format("area", ":without-docstring:"))
    shown = site.build().page()
    assert "def area(radius):\n    return 3.14 * radius**2  # about" in shown
    assert "Compute" not in shown

    site.write_page(included.format("Circle", ":without-docstring:"))
    shown = site.build().page()
    assert 'class Circle:\n    text = """not a docstring"""' in shown

    site.write_page(included.format("area", ""))
    assert "Compute the area." in site.build().page()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Circle.grow", "    def grow(self):\n        return 2  # twice"),
        ("Square", 'class Square(Circle):\n    """A square."""'),
        ("half", 'def half(x): "Return a half."; return x / 2'),
        ("third", 'def third(x):\n    "Return a third."; return x / 3'),
    ],
)
def test_what_is_left_without_docstrings_is_code(
    site: Site, name: str, shown: str
):
    site.write("shapes.py", MODULE)
    site.write_page(INCLUDED.format(f":pyobject: {name}"))
    build = site.build()
    assert build.ok, build.said
    assert shown in build.page()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (":lines: 4-7", "needs complete Python code"),
        (":lineno-match:", "changes the lines that :lineno-match: counts"),
        (":emphasize-lines: 2", "the lines that :emphasize-lines: counts"),
    ],
)
def test_docstrings_that_cannot_be_left_out_fail(
    site: Site, option: str, said: str
):
    site.write("shapes.py", MODULE)
    site.write_page(INCLUDED.format(option))
    build = site.build()
    assert not build.ok
    (line,) = build.said.splitlines()[-1:]
    assert "index.md:11: ERROR: " in line
    assert said in line
