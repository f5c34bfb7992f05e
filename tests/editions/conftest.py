"""A small site in two languages."""

from pathlib import Path

import pytest

from support.sites import Site

TABLE = """
    language = "en"
    gettext_compact = False
    locale_dirs = ["locales"]
    editions_table = {
        "source": "en",
        "editions": {
            language: {
                "tag": tag,
                "folder": tag.lower(),
                "name": name,
                "title": name,
                "authors": "us",
                "copyright": "2026 us",
                "description": name,
                "side_by_side": "Side by side",
                "show_other": "Show the other",
                "side_by_side_failed": "Click again",
                "not_found": "Not found",
                "not_found_hint": "Begin here",
            }
            for language, tag, name in [("en", "en", "English"), ("zh_CN", "zh-CN", "中文")]
        },
    }
    """


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Make a site with `nbpromises` and `editions`."""
    settings = TABLE + "nbpromises_describe_figures = True\n"
    return Site(tmp_path, ["nbpromises", "editions"], settings)
