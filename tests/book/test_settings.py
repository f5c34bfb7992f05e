"""The settings in conf.py."""

import runpy
import sys
from pathlib import Path

import pytest

import linear_tutorial
from support.commands import ROOT, run


def test_the_constants_of_the_book_are_those_of_the_package():
    settings = runpy.run_path(str(ROOT / "conf.py"))
    for number, reason in settings["nbpromises_constants"].items():
        assert reason
        name = reason.split(",")[0].split(";")[0]
        if name.isupper():
            assert getattr(linear_tutorial, name) == float(number)


@pytest.mark.parametrize(
    "address", ["https://example.org/book", " https://example.org/book// "]
)
def test_the_address_of_the_site_may_lack_its_slash(
    monkeypatch: pytest.MonkeyPatch, address: str
):
    monkeypatch.setenv("READTHEDOCS_CANONICAL_URL", address)
    monkeypatch.setenv("COLAB_REPOSITORY", "/o/r/blob/main/site/")
    settings = runpy.run_path(str(ROOT / "conf.py"))
    assert settings["editions_address"] == "https://example.org/book/"
    assert settings["book_colab_repository"] == "o/r/blob/main/site"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("READTHEDOCS_CANONICAL_URL", "example.org/book/"),
        ("COLAB_REPOSITORY", "https://github.com/o/r/blob/main/site/"),
    ],
)
def test_an_address_of_another_form_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=r"example\.org|github\.com"):
        runpy.run_path(str(ROOT / "conf.py"))


def test_directives_of_the_theme_are_known_to_all_builders(tmp_path: Path):
    (tmp_path / "index.md").write_text(
        "# A page\n\n```{margin}\nA note.\n```\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-c", str(ROOT)]
    for builder in "dummy", "gettext":
        folders = [str(tmp_path), str(tmp_path / "_build" / builder)]
        result = run(*command, "-b", builder, *folders)
        assert "Unknown directive" not in result.stderr
