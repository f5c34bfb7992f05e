"""The table of editions, a TOML file, as conf.py and the build read it.

`source` is the language of the sources. `[editions.LANGUAGE]` describes an edition; its name is the
language as Sphinx writes it, and its keys are those of `Edition`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from sphinx.config import Config


class Edition(TypedDict):
    """One edition: how it is called, where it is published, and the words around its pages."""

    tag: str
    folder: str
    name: str
    title: str
    authors: str
    copyright: str
    description: str
    side_by_side: str
    show_other: str
    not_found: str
    not_found_hint: str


def read_table(path: Path) -> dict[str, Any]:
    """Read a table of editions.

    Raises:
        ValueError: If a key is missing or unknown, or `source` names no edition.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    for language, edition in table["editions"].items():
        if differing := edition.keys() ^ Edition.__annotations__.keys():
            raise ValueError(
                f"{path.name}: the edition {language} has other keys than expected: "
                f"{', '.join(sorted(differing))}"
            )
    if table["source"] not in table["editions"]:
        raise ValueError(
            f"{path.name}: source is {table['source']!r}, but the editions are "
            f"{', '.join(table['editions'])}"
        )
    return table


def editions(config: Config) -> dict[str, Edition]:
    """Return all editions by their language."""
    found: dict[str, Edition] = config.editions_table.get("editions", {})
    return found


def own_edition(config: Config) -> Edition:
    """Return the edition that is built."""
    return editions(config)[config.language]


def edition_beside(config: Config) -> Edition:
    """Return the edition whose words a reader may show beside those of the edition that is built."""
    return next(
        edition
        for language, edition in editions(config).items()
        if language != config.language
    )


def is_translated(config: Config) -> bool:
    """Return whether the edition that is built is not in the language of the sources."""
    return bool(config.language != config.editions_table["source"])
