"""Included code is shown without its docstrings."""

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
'''


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
