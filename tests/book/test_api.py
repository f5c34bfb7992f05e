"""The import of the package for the API reference."""

from pathlib import Path

from support.commands import ROOT, run
from support.sites import Site

SETTINGS = f"""
    sys.path.append({str(ROOT)!r})
    from book import import_before_reading
    nbpromises_environment = {{"KERAS_BACKEND": "tensorflow"}}

    def setup(app):
        app.connect("env-before-read-docs", import_before_reading)
    """
PAGE = """
    ```{eval-rst}
    .. autofunction:: linear_tutorial.figures.fit.plot_fit
    ```
    """


def test_a_users_backends_of_keras_and_matplotlib_do_not_matter(
    tmp_path: Path,
):
    extensions = ["nbpromises", "sphinx.ext.autodoc"]
    site = Site(tmp_path, extensions, SETTINGS)
    site.write("index.md", "# A page\n")
    site.write_page(PAGE, "reference/api.md")
    missing = {"KERAS_BACKEND": "jax", "MPLBACKEND": "module://missing"}
    result = run(*site.command(), **missing)
    assert result.returncode == 0, result.stderr
    html = (tmp_path / "_build/en/reference/api.html").read_text()
    assert "plot_fit" in html
