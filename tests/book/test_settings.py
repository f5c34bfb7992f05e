"""The settings in conf.py."""

import runpy

import pytest

import linear_tutorial
from support.commands import ROOT


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
