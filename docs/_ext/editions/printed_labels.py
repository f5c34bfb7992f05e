"""The labels of a page in what its cells have printed, and their translation there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .code_words import (
    LABEL,
    Piece,
    Translations,
    fields_of,
    strings_of,
    template,
)

# The format of a decimal number, filled up with blanks or zeros, and what it prints.
DECIMAL = re.compile(r":(?:[<>=^ +#z,_.\d-]|\{[^{}]*\})*[deEfFgGn%]\}$")
NUMBER = r"[ \d.,_einfaEINFA+%-]*"
# Of a field, the side to which it is padded and its width; its width alone.
WIDTH = re.compile(r":([<>]?)(\d+)s?\}$")
WIDE = re.compile(r":[^.\d]*(\d+)")

# A side, as `>` in the format `>9`, and a width.
Padding = tuple[str, int]


class Labels:
    r"""The labels in the cells of a page, and how they are translated in what the cells print.

    Labels of the cell that printed come first, then longer ones. A label that is padded, as `{name:6}` does,
    is padded again.

    >>> code = "for name in 'loss', 'mean loss':\n    print(f'{name:6}: {x} by {y}, {name}')"
    >>> translations = {
    ...     ("label", "loss"): "损失",
    ...     ("label", "mean loss"): "平均损失",
    ...     ("label", "{name:6}: {x} by {y}, {name}"): "{name:6}: {y} 的 {x}, {name}",
    ... }
    >>> labels = Labels([code], translations)
    >>> labels.translate("loss  : 1 by 2, loss\nmean loss: 1 by 2, mean loss", code)
    '损失    : 2 的 1, 损失\n平均损失: 2 的 1, 平均损失'
    """

    def __init__(
        self, sources: Iterable[str], translations: Translations
    ) -> None:
        self._translations = translations
        sources = list(sources)
        strings = [each for code in sources for each in strings_of(code)]
        self._labels = {(each.message, each.has_fields) for each in strings}
        # Only what is printed from a variable is padded.
        self._printed = self._labels - {
            (each.message, each.has_fields)
            for each in strings
            if not each.is_printed
        }
        self._lines = {each.message for each in strings} - {
            each.message for each in strings if not each.is_line
        }
        if any("end=" in code for code in sources):
            # Something can stand before a label on its line.
            self._lines.clear()
        # Functions pad what other cells print.
        self._paddings = _paddings(each for each in strings if each.in_function)

    def translate(self, text: str, source: str) -> str:
        """Replace the labels in what a cell with this code has printed."""
        strings = strings_of(source)
        own = {piece.message for piece in strings}
        paddings = sorted(self._paddings | _paddings(strings))
        rules = [
            rule
            for label, has_fields in sorted(self._labels)
            for rule in self._rules(label, has_fields, label in own, paddings)
        ]
        rules.sort(key=lambda rule: (rule.is_own, rule.length), reverse=True)
        return _replaced(text, rules)

    def _rules(
        self,
        label: str,
        has_fields: bool,
        is_own: bool,
        paddings: list[Padding],
    ) -> Iterator[_Rule]:
        translation = self._translations.get((LABEL, label))
        if translation is None:
            return
        if has_fields:
            is_line = label in self._lines
            yield _rule_for_fields(label, translation, is_own, is_line)
        else:
            is_printed = (label, has_fields) in self._printed
            yield from _rules(
                label, translation, is_own, [] if is_printed else paddings
            )


def _paddings(strings: Iterable[Piece]) -> set[Padding]:
    """Return the sides and widths to which fields in strings pad words."""
    widths = [
        WIDTH.search(field)
        for piece in strings
        if piece.has_fields
        for field in fields_of(piece.text)
    ]
    return {(each[1], int(each[2])) for each in widths if each}


def _replaced(text: str, rules: list[_Rule]) -> str:
    """Apply the first rule that matches at each place of a text."""
    if not rules:
        return text

    def replace(match: re.Match[str]) -> str:
        groups = iter(match.groups())
        for rule in rules:
            whole = next(groups)
            values = [next(groups) for _ in rule.fields]
            if whole is not None:
                break
        for edge in rule.open_edges:
            if not _has_clear_edges(rule.fields[edge], values[edge]):
                raise ValueError(
                    f"it is unclear which part of {match[0]!r} is the label {rule.label!r}: "
                    "begin and end its translation with the same fields, or print it alone"
                )
        left = list(zip(rule.fields, values, strict=True))
        new = ""
        for words, field in rule.translation:
            new += words
            if field:
                place = [name for name, _ in left].index(field)
                # A value can be a label itself.
                new += _replaced(left.pop(place)[1], rules)
        return new

    pattern = "|".join(f"({rule.pattern})" for rule in rules)
    return re.sub(pattern, replace, text)


@dataclass(frozen=True)
class _Rule:
    """What is printed, with a group for each of the `fields`, and its translation.

    At its `open_edges`, 0 or -1, something else can be printed beside the value of a field.
    """

    label: str
    pattern: str
    fields: list[str]
    translation: list[tuple[str, str]]
    length: int
    is_own: bool
    open_edges: Collection[int] = ()


def _rules(
    label: str,
    translation: str,
    is_own: bool,
    paddings: Iterable[Padding],
) -> Iterator[_Rule]:
    """Yield rules for a label without fields, as it is and padded."""
    before = r"(?<!\w)" if re.match(r"\w", label) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", label) else ""
    pattern = before + re.escape(label) + after
    yield _Rule(label, pattern, [], [(translation, "")], len(label), is_own)
    for side, width in paddings:
        if width >= len(label):
            old, new = (
                format(each, f"{side}{width}") for each in (label, translation)
            )
            pattern = re.escape(old)
            if old[0] != " ":
                pattern = before + pattern
            if old[-1] != " ":
                pattern += after
            if old == label:
                # It is not padded at the end of a line: there, no field could be told from none.
                pattern += r"(?=[^\n])"
            yield _Rule(label, pattern, [], [(new, "")], width + 1, is_own)


def _rule_for_fields(
    label: str, translation: str, is_own: bool, is_line: bool
) -> _Rule:
    old, new = template(label), template(translation)
    # A field at an edge of both stays where it is.
    if old[0] == new[0] and not old[0][0]:
        old, new = old[1:], new[1:]
    if old and new and old[-1][1] == new[-1][1]:
        old[-1], new[-1] = (old[-1][0], ""), (new[-1][0], "")
    pattern = "".join(
        re.escape(words) + (f"({_values(field)})" if field else "")
        for words, field in old
    )
    if old and old[-1][1]:
        # The last value may be anything up to the end of its line; a number ends before a blank as well.
        is_number = DECIMAL.search(old[-1][1])
        pattern += r"(?=\s|\Z)" if is_number else r"(?=\n|\Z)"
    if old and re.match(r"\w", old[0][0]):
        pattern = rf"(?<!\w){pattern}"
    if old and re.search(r"\w\Z", old[-1][0]) and not old[-1][1]:
        pattern = rf"{pattern}(?!\w)"
    fields = [field for _, field in old if field]
    edges = [0] if old and not old[0][0] else []
    if edges and not WIDE.search(fields[0]):
        # The blank before it is not its own.
        pattern = rf"(?=\S){pattern}"
    if old and old[-1][1]:
        edges.append(-1)
    length = sum(len(words) for words, _ in old)
    open_edges = [] if is_line else edges
    return _Rule(label, pattern, fields, new, length, is_own, open_edges)


def _has_clear_edges(field: str, value: str) -> bool:
    """Return whether a value is one word or number, which can be padded to its width."""
    width = WIDE.search(field)
    if width and len(value) == int(width[1]):
        value = value.strip(" ")
    return bool(re.fullmatch(r"[^\s=()\[\]{}'\"]+(?<![,;])", value))


def _values(field: str) -> str:
    """Return a pattern for what a field prints."""
    return NUMBER if DECIMAL.search(field) else r"[^\n]*?"
