"""A small site with parts of the package `book` that need none of the others."""

from pathlib import Path

import pytest

from support.commands import EXTENSIONS
from support.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Make a site with these parts."""
    parts = ["nbpromises", "book.mathml", "book.literalinclude"]
    settings = f"""
        html_math_renderer = "mathml"
        html_static_path = [{str(EXTENSIONS / "book/mathml/static")!r}]
        """
    return Site(tmp_path, parts, settings)
