"""Merge style sheets into one, and keep the rules that some page can use.

A rule is kept if the names of elements, classes and ids in one of its selectors all occur as words
in the pages or their scripts. Names inside of `:not()`, `:is()` and the like are not looked at. So
some rules are kept that no page uses, but none is lost that a page does.

The setting of a custom property (`--name: value`) is kept if some `var()` of a kept rule asks for it, or if its name occurs
in the pages or their scripts.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from posixpath import relpath

import tinycss2
from tinycss2.ast import Node, WhitespaceToken

WORD = re.compile(r"[\w-]+")
IMPORT = re.compile(r'@import\s+["\']([^"\']+)["\']\s*;')
RELATIVE_URL = re.compile(r'url\((["\']?)(?!data:|#|/|\w+:)([^"\')]+)\1\)')
CUSTOM_PROPERTY = re.compile(r"--[\w-]+")
ASKED_FOR = re.compile(r"\bvar\(\s*(--[\w-]+)")
# Rules that hold rules.
CONDITIONAL = {"container", "layer", "media", "supports"}
SPACE = WhitespaceToken(0, 0, " ")


def words_in(text: str) -> set[str]:
    """Return the words of a text."""
    return set(WORD.findall(text))


def read_style_sheet(path: Path, folder: Path) -> str:
    """Return a style sheet and those that it imports, with URLs relative to `folder`."""
    text = path.read_text(encoding="utf-8-sig")

    def moved(match: re.Match[str]) -> str:
        return f'url("{relpath(path.parent / match[2], folder)}")'

    return IMPORT.sub(
        lambda match: read_style_sheet(path.parent / match[1], folder),
        RELATIVE_URL.sub(moved, text),
    )


def names_in(css: str) -> set[str]:
    """Return the names in a style sheet that `used_css` looks for: selectors and custom properties.

    >>> sorted(names_in("@media print { p { color: red } .big { --size: 0 } }"))
    ['--size', 'big', 'media', 'p', 'print']
    """
    *before_braces, _ = css.split("{")
    selectors = " ".join(part.rpartition("}")[2] for part in before_braces)
    return words_in(selectors) | set(CUSTOM_PROPERTY.findall(css))


def used_css(css: str, words: set[str]) -> str:
    """Return the rules of a style sheet that can apply to pages with these words.

    >>> used_css("p, q { top: 0 } .big:not(.small) p { top: 1 } .small { top: 2 }", {"p", "big"})
    'p, q{top: 0}\\n.big:not(.small) p{top: 1}'
    """
    nodes = tinycss2.parse_stylesheet(css, skip_whitespace=True)
    with_all_properties = words.union(CUSTOM_PROPERTY.findall(css))
    rules = "\n".join(_used_rules(nodes, with_all_properties))
    asked_for = ASKED_FOR.findall(rules)
    return "\n".join(_used_rules(nodes, words.union(asked_for)))


def _used_rules(nodes: Iterable[Node], words: set[str]) -> Iterator[str]:
    for node in nodes:
        match node.type:
            case "error":
                place = f"line {node.source_line} of the style sheets"
                raise ValueError(f"{place}: {node.message}")
            case "qualified-rule" if can_apply(node.prelude, words):
                content = _used_declarations(node.content, words)
                yield f"{_compact(node.prelude)}{{{_compact(content)}}}"
            # `@charset` must be the first rule; style sheets of pages in UTF-8 need none.
            case "at-rule" if node.lower_at_keyword != "charset":
                yield from _used_at_rule(node, words)
            # Licences.
            case "comment" if node.value.startswith("!"):
                yield node.serialize()


def _used_at_rule(rule: Node, words: set[str]) -> Iterator[str]:
    start = f"@{rule.at_keyword} {_compact(rule.prelude)}"
    if rule.content is None:
        yield f"{start};"
    elif rule.lower_at_keyword in CONDITIONAL:
        rules = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
        if used := "\n".join(_used_rules(rules, words)):
            yield f"{start}{{\n{used}\n}}"
    else:
        yield f"{start}{{{_compact(rule.content)}}}"


def _used_declarations(
    content: Iterable[Node], words: set[str]
) -> Iterator[Node]:
    kept = True
    for is_end, nodes in groupby(content, lambda node: node == ";"):
        declaration = list(nodes)
        if not is_end:
            idents = (n.value for n in declaration if n.type == "ident")
            name = next(idents, "")
            kept = not name.startswith("--") or name in words
        if kept:
            yield from declaration


def _compact(nodes: Iterable[Node]) -> str:
    """Return CSS without comments and with one space for any white space."""
    kept = (node for node in nodes if node.type != "comment")
    css: str = tinycss2.serialize(
        SPACE if node.type == "whitespace" else node for node in kept
    )
    return css.strip()


def can_apply(selectors: Iterable[Node], words: set[str]) -> bool:
    """Return whether all names in one of the selectors are among the words."""
    return any(
        words_in(_names_in(selector)) <= words
        for is_comma, selector in groupby(selectors, lambda node: node == ",")
        if not is_comma
    )


def _names_in(selector: Iterable[Node]) -> str:
    # After a colon, it is a state such as `:hover`. Arguments are nodes of their own.
    return " ".join(
        node.value
        for before, node in pairwise([None, *selector])
        if node.type in {"ident", "hash"} and before != ":"
    )
