"""The data of the search is written from all pages, or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

from support.commands import run
from support.sites import Site


def test_a_build_of_a_few_files_keeps_the_data_of_all(tmp_path: Path):
    site = Site(
        tmp_path, ["book.search"], 'html_theme = "pydata_sphinx_theme"\n'
    )
    site.write_page("""
        ```{toctree}
        other
        ```
        """)
    site.write_page("More text.", "other.md")
    command = [sys.executable, "-m", "sphinx", "-q", tmp_path, tmp_path / "out"]
    part = run(*command, tmp_path / "index.md", cwd=tmp_path)
    assert (part.returncode, part.stderr) == (0, "")
    data = tmp_path / "out" / "_static" / "search-data.js"
    assert not data.exists()

    assert run(*command, cwd=tmp_path).returncode == 0
    written = data.read_text(encoding="utf-8")
    assert "More text." in written
    assert run(*command, tmp_path / "index.md", cwd=tmp_path).returncode == 0
    assert data.read_text(encoding="utf-8") == written
