"""Highlight a block of code only where no earlier build highlighted the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from memoized import memoized


def remember(app: Sphinx) -> None:
    """Let the builder's highlighter look up what it did before."""
    if app.builder.format != "html":
        return
    bridge = app.builder.highlighter
    highlight_block = bridge.highlight_block

    def look_up(source: str, lang: str, **options: Any) -> str:
        # Where the block stands makes a difference only for what goes wrong.
        location = options.pop("location", None)
        return memoized(
            app,
            highlighted,
            *(source, lang, repr(sorted(options.items()))),
            highlight_block=highlight_block,
            options={**options, "location": location},
        )

    bridge.highlight_block = look_up


def highlighted(
    source: str,
    lang: str,
    described_options: str,
    highlight_block: Callable[..., str],
    options: dict[str, Any],
) -> str:
    """Return the HTML of a block; its options are there in words too."""
    return highlight_block(source, lang, **options)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("memoized")
    app.connect("builder-inited", remember)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": False,
    }
