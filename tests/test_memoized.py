"""Results of pure functions that are kept from one build to the next."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import memoized
from conftest import Site

EXTENSION = """
from pathlib import Path

from memoized import memoized


def shout(text):
    with Path(__file__).with_name("calls.txt").open("a") as calls:
        calls.write(text)
    return text.upper()


def say(app, exception):
    print("said:", memoized(app, shout, app.config.word))


def setup(app):
    app.setup_extension("memoized")
    app.add_config_value("word", "", "", str)
    app.connect("build-finished", say)
"""


def test_a_function_is_called_where_the_last_build_did_not_ask_the_same(
    site: Site,
):
    site.write("shouting.py", EXTENSION)
    with (site.root / "conf.py").open("a") as configuration:
        configuration.write('\nextensions.append("shouting")\n')
    site.write_page("Words.")

    def said(word: str) -> str:
        build = site.build(word=word)
        assert build.ok, build.said
        assert f"said: {word.upper()}" in build.said
        return (site.root / "calls.txt").read_text()

    assert said("a") == "a"
    assert said("a") == "a"
    assert said("b") == "ab"
    assert said("b") == "ab"
    # What nobody asked for is not kept.
    assert said("a") == "aba"

    # Nor is what someone else wrote.
    (path,) = site.root.rglob(memoized.FILE)
    path.write_text(path.read_text().replace('"A"', '"X"'))
    assert said("a") == "abaa"
    path.write_text("{")
    assert said("a") == "abaaa"


def test_what_another_library_returned_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def build() -> str:
        app = SimpleNamespace(doctreedir=tmp_path, paths_with_warnings=set())
        memoized.load(app)
        result = memoized.memoized(app, library, "text")
        memoized.save(app, None)
        return result

    def library(text: str) -> str:
        return f"{text} of {version}"

    version = "1"
    monkeypatch.setattr(
        memoized, "installed_versions", lambda: {"library": version}
    )
    assert build() == "text of 1"
    version = "2"
    assert build() == "text of 2"


def test_a_warning_comes_again_and_again(site: Site):
    page = site.write_page("```json\n{not: json}\n```")
    for _ in range(3):
        build = site.build()
        assert not build.ok
        assert f"{page}:11: WARNING: Lexing literal_block" in build.said
    page.write_text(page.read_text().replace("{not: json}", '{"is": "json"}'))
    build = site.build()
    assert build.ok, build.said
