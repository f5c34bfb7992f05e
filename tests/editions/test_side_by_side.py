"""The blocks of editions, and the scripts that show those of another edition beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from editions.side_by_side import FILE, page_blocks, write_translations


def test_the_words_of_a_forecast_are_blocks_without_its_buttons():
    html = """
        <article class="bd-article"><div class="forecast"><p>How?</p>
        <ol><li><input type="radio" id="a"/><p><label for="a">so</label></p><span></span></li></ol>
        </div></article>
        """
    blocks = [("p", "How?"), ("p", '<label for="a">so</label>')]
    assert page_blocks(html) == blocks


@pytest.mark.parametrize(
    "other", [{"page": "<h1>一</h1>"}, {"strona": "<h1>Jeden</h1><p>x</p>"}]
)
def test_editions_that_differ_in_more_than_words_are_refused(
    tmp_path: Path, other: dict[str, str]
):
    for edition, pages in {
        "a": {"page": "<h1>One</h1><p>x</p>"},
        "b": other,
    }.items():
        (tmp_path / edition).mkdir()
        blocks = {
            name: page_blocks(f"<article class='bd-article'>{body}</article>")
            for name, body in pages.items()
        }
        (tmp_path / edition / FILE).write_text(json.dumps(blocks))
    with pytest.raises(ValueError, match="of page have different blocks"):
        write_translations(
            {tmp_path / edition: tmp_path / edition for edition in "ab"}
        )
