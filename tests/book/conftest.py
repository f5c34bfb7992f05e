"""A small site with parts of the package `book` that need none of the others."""

from pathlib import Path

import pytest

from support.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Make a site with these parts."""
    parts = ["nbpromises", "book.mathml", "book.literalinclude"]
    return Site(tmp_path, parts, 'html_math_renderer = "mathml"\n')
