"""The table of editions, a TOML file, as conf.py and the build read it.

`source` is the language of the sources. `[editions.LANGUAGE]` describes an edition: how it is called,
where it is published, the words around its pages. All editions have the same keys, also in tables
within them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.config import Config

Edition = dict[str, Any]
# What these extensions read.
REQUIRED = {
    "authors", "copyright", "folder", "name", "not_found", "not_found_hint", "show_other", "side_by_side",
    "side_by_side_failed", "tag", "title",
}  # fmt: skip


def read_table(path: Path) -> dict[str, Any]:
    """Read a table of editions.

    Raises:
        ValueError: If it is no TOML, lacks something, has a single edition, or two in one folder, if
            `source` names no edition, or another edition has other keys than that one, or other fields.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from None
    if fault := _fault(table):
        raise ValueError(f"{path.name}: {fault}")
    return table


def _fault(table: dict[str, Any]) -> str:
    """Return what is wrong in a table, or ""."""
    if missing := sorted({"source", "editions"} - set(table)):
        return f"lacks {' and '.join(missing)}"
    source, editions = table["source"], table["editions"]
    if not isinstance(source, str):
        return f"source must be a string, but is {source!r}"
    for language, edition in editions.items():
        if not isinstance(edition, dict):
            return f"{language} must be a table, but is {edition!r}"
    if len(editions) < 2:
        return f"editions must be two or more, but are {list(editions)}"
    if source not in editions:
        return f"source must be one of {', '.join(editions)}, but is {source!r}"
    if missing := sorted(REQUIRED - set(editions[source])):
        return f"{source} lacks {', '.join(missing)}"
    for language, edition in editions.items():
        if differing := keys(edition) ^ keys(editions[source]):
            return (
                f"{language} and {source} must have the same keys, "
                f"but differ in {', '.join(sorted(differing))}"
            )
        for name, text in texts(edition).items():
            wanted = _fields(texts(editions[source])[name])
            if _fields(text) != wanted:
                fields = ", ".join(wanted) or "no fields"
                return f"{language}.{name} must have {fields}, but is {text!r}"
    folders = [edition["folder"] for edition in editions.values()]
    for folder in folders:
        if not isinstance(folder, str) or not re.fullmatch(
            r"\w[\w.-]*", folder
        ):
            return f"folder must be the name of a folder, but is {folder!r}"
    if len({*folders}) < len(folders):
        return (
            f"editions must have a folder each, but are in {', '.join(folders)}"
        )
    return ""


def keys(table: dict[str, Any]) -> set[str]:
    """Return the keys of a table, and of the tables within it.

    >>> sorted(keys({"title": "A book", "words": {"search": "Search"}}))
    ['title', 'words', 'words.search']
    """
    return set(table).union(
        f"{name}.{key}"
        for name, inner in table.items()
        if isinstance(inner, dict)
        for key in keys(inner)
    )


def texts(table: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a table, and of the tables within it, by their keys.

    >>> texts({"title": "A book", "words": {"search": "Search", "fonts": []}})
    {'title': 'A book', 'words.search': 'Search'}
    """
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, str):
            found[key] = value
        elif isinstance(value, dict):
            inner = texts(value)
            found |= {f"{key}.{name}": text for name, text in inner.items()}
    return found


def _fields(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^{}]*\}?", text))


def whole_address(address: str) -> str:
    """Return an address with a slash at its end; an empty one stays empty.

    Raises:
        ValueError: If it does not begin with "http://" or "https://".

    >>> whole_address("https://example.org/book")
    'https://example.org/book/'
    """
    address = address.strip()
    if address and not address.startswith(("http://", "https://")):
        raise ValueError(
            f"the address of the site must begin with https://, but is {address!r}"
        )
    return f"{address.rstrip('/')}/" if address else ""


def own_edition(config: Config) -> Edition:
    """Return the edition that is built."""
    edition: Edition = config.editions_table["editions"][config.language]
    return edition


def edition_beside(config: Config) -> Edition:
    """Return the edition whose words a reader may show beside those of the edition that is built."""
    own = own_edition(config)
    every: dict[str, Edition] = config.editions_table["editions"]
    return next(edition for edition in every.values() if edition is not own)


def is_translated(config: Config) -> bool:
    """Return whether the edition that is built is not in the language of the sources."""
    return bool(config.language != config.editions_table["source"])
