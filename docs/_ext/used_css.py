"""Keep of a style sheet what some page can use.

A rule is kept if the names of elements, classes and ids in one of its selectors all occur as words
in the pages or in their scripts, which may add them. That keeps more than is needed, and nothing
less.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from posixpath import normpath, relpath

import tinycss2
from tinycss2.ast import AtRule, Node, QualifiedRule

WORD = re.compile(r"[\w-]+")
IMPORT = re.compile(r'@import\s+["\'](?P<address>[^"\']+)["\']\s*;')
ADDRESS = re.compile(
    r'url\((?P<quote>["\']?)(?!data:|#|/|\w+:)(?P<address>[^"\')]+)(?P=quote)\)'
)
ESCAPE = re.compile(r"\\(?P<code>[0-9a-fA-F]{1,6})\s?")
# What holds more rules, and applies them in some conditions.
CONDITIONS = {"container", "layer", "media", "supports"}
# Selectors that hold more selectors, of which one is enough.
ALTERNATIVES = {"has", "is", "where"}


def words_in(text: str) -> set[str]:
    """List what may be a name.

    >>> sorted(words_in('<p class="big">See <a href="#top">'))
    ['See', 'a', 'big', 'class', 'href', 'p', 'top']
    """
    return set(WORD.findall(each_once(text)))


def each_once(text: str) -> str:
    """Keep of what stands between spaces each piece once, in any order.

    Pages repeat themselves and each other, and no name holds a space: it takes a third of the time
    to look for names in what is left.

    >>> sorted(each_once("<i> a <i> b").split())
    ['<i>', 'a', 'b']
    """
    return " ".join(set(text.split()))


def names_in(css: str) -> set[str]:
    r"""List what may be a name in a style sheet, however it is spelled.

    >>> sorted(names_in(r".\31 0:not(#top)"))
    ['0', '10', '31', 'not', 'top']
    """
    return words_in(f"{css} {ESCAPE.sub(_unescaped, css)}")


def _unescaped(match: re.Match[str]) -> str:
    # What is no character stands in no name.
    return chr(min(int(match["code"], 16), sys.maxunicode))


def read_style_sheet(path: Path, folder: Path) -> str:
    """Read a style sheet with those that it imports, to be put into `folder`."""
    text = path.read_text(encoding="utf-8").replace("\ufeff", "")
    place = path.parent

    def moved(match: re.Match[str]) -> str:
        target = normpath(place.joinpath(match["address"]).as_posix())
        return f'url("{relpath(target, folder.as_posix())}")'

    return IMPORT.sub(
        lambda match: read_style_sheet(place / match["address"], folder),
        ADDRESS.sub(moved, text),
    )


def used_css(text: str, names: Iterable[str]) -> str:
    """Keep the rules that can apply where no other names are used than these.

    >>> used_css("p, q { top: 0 } .big:not(.small) p { top: 1 } .small { top: 2 }", {"p", "big"})
    'p, q{top: 0}\\n.big:not(.small) p{top: 1}'
    """
    rules = tinycss2.parse_stylesheet(text, skip_whitespace=True)
    words = set(names)
    # An animation is kept if a rule that is kept names it.
    said = "\n".join(_kept(rules, words, ""))
    return "\n".join(_kept(rules, words, said))


def _kept(rules: Sequence[Node], words: set[str], said: str) -> list[str]:
    """Write the rules that are kept, each on a line."""
    lines = []
    for rule in rules:
        if rule.type == "qualified-rule":
            lines += _kept_rule(rule, words)
        elif rule.type == "at-rule":
            lines += _kept_at_rule(rule, words, said)
        elif rule.type == "comment" and rule.value.startswith("!"):
            # A licence.
            lines.append(rule.serialize())
        elif rule.type == "error":
            raise ValueError(
                f"line {rule.source_line} of the style sheets: {rule.message}"
            )
    return lines


def _kept_rule(rule: QualifiedRule, words: set[str]) -> list[str]:
    if not _any_can_apply(rule.prelude, words):
        return []
    # Whole: a browser that does not know one of the selectors ignores them all.
    return [f"{_compact(rule.prelude)}{{{_compact(rule.content)}}}"]


def _kept_at_rule(rule: AtRule, words: set[str], said: str) -> list[str]:
    keyword = rule.lower_at_keyword
    start = f"@{keyword} {_compact(rule.prelude)}".rstrip()
    if rule.content is None:
        # Of all style sheets together, there is one first line, and it may not say this.
        return [] if keyword == "charset" else [f"{start};"]
    if keyword in CONDITIONS:
        inner = _kept(
            tinycss2.parse_rule_list(rule.content, skip_whitespace=True),
            words,
            said,
        )
        return [f"{start}{{", *inner, "}"] if inner else []
    content = _compact(rule.content)
    if keyword.endswith("keyframes") and _compact(rule.prelude) not in said:
        return []
    return [f"{start}{{{content}}}"]


def _any_can_apply(selectors: Iterable[Node], words: set[str]) -> bool:
    """Look at each part of a list that is divided by commas."""
    parts: list[list[Node]] = [[]]
    for node in selectors:
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return any(_can_apply(part, words) for part in parts)


def _can_apply(selector: Iterable[Node], words: set[str]) -> bool:
    before = None
    for node in selector:
        fits = True
        if node.type == "function" and node.lower_name in ALTERNATIVES:
            fits = _any_can_apply(node.arguments, words)
        elif node.type in {"ident", "hash"} and before != ":":
            # What is no word was not looked for.
            fits = node.value in words or not WORD.fullmatch(node.value)
        if not fits:
            return False
        before = node
    return True


def _compact(tokens: Iterable[Node]) -> str:
    """Write without comments, and with one space where there were several."""
    kept = [node for node in tokens if node.type != "comment"]
    for node in kept:
        if node.type == "whitespace":
            node.value = " "
    return tinycss2.serialize(kept).strip()
