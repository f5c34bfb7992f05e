"""Compare what a cell printed with what its page promises.

The rules are doctest's, with two freedoms that the *promise* takes, never the output:

- ``...`` stands for any text, also none and also over several lines;
- a number with a decimal point stands for every number that rounds to it at the precision
  in which it is written: ``0.93`` is kept by ``0.9327``, and broken by ``0.9350``.

White space at the ends of lines does not count, because no reader can see it.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import SequenceMatcher

ANY = "..."
_NUMBER = r"""
    (?<![\w.])  (?P<sign>[+-]?)
    (?: \d+\.\d+ | \.\d+ | \d+(?=[eE]) )  (?P<exponent>[eE][+-]?\d+)?
    (?! \w | \.\d )
"""
_TOKEN = re.compile(
    rf"\.\.\. | (?P<number>{_NUMBER}) | \w+ | \s+ | .", re.VERBOSE | re.DOTALL
)


def normalized(text: str) -> str:
    """Drop what no reader can see: white space at the ends of lines and empty last lines."""
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n")


def is_kept(promise: str, printed: str) -> bool:
    """Tell whether the printed text is what was promised.

    >>> is_kept("loss=0.93, 10 epochs", "loss=0.9327, 10 epochs")
    True
    >>> is_kept("loss=0.94, 10 epochs", "loss=0.9327, 10 epochs")
    False
    >>> is_kept("1/1 - ... - loss: 0.93", "1/1 - 0s - 16ms/step - loss: 0.9327")
    True
    """
    wanted = [match.group() for match in _TOKEN.finditer(normalized(promise))]
    found = [match.group() for match in _TOKEN.finditer(normalized(printed))]
    pieces = _split_at_any(wanted)
    if len(pieces) == 1:
        return len(wanted) == len(found) and _match_at(wanted, found, 0)

    first, *middle, last = pieces
    end = len(found) - len(last)
    if end < len(first) or not (
        _match_at(first, found, 0) and _match_at(last, found, end)
    ):
        return False
    start = len(first)
    for piece in middle:
        while start + len(piece) <= end and not _match_at(piece, found, start):
            start += 1
        start += len(piece)
    return start <= end


def explain(promise: str, printed: str) -> str:
    """Describe line by line where the two differ: ``-`` was promised, ``+`` was printed.

    >>> print(explain("a = 1\\nb = 2", "a = 1\\nb = 3"))
      a = 1
    - b = 2
    + b = 3
    """
    wanted, found = (
        normalized(promise).split("\n"),
        normalized(printed).split("\n"),
    )
    lines: list[str] = []
    for kept, promised, actual in _align(wanted, found):
        if kept:
            lines += [f"  {line}" for line in actual]
        else:
            lines += [f"- {line}" for line in promised] + [
                f"+ {line}" for line in actual
            ]
    return "\n".join(lines)


def accepted(promise: str, printed: str) -> str:
    """Return a promise that the printed text keeps, leaving alone the lines that it keeps already.

    >>> accepted("took ... s\\nloss=0.94", "took 3 s\\nloss=0.9327")
    'took ... s\\nloss=0.9327'
    """
    wanted, found = (
        normalized(promise).split("\n"),
        normalized(printed).split("\n"),
    )
    lines: list[str] = []
    for kept, promised, actual in _align(wanted, found):
        lines += promised if kept else actual
    text = "\n".join(lines)
    return text if is_kept(text, printed) else normalized(printed)


def _split_at_any(tokens: Sequence[str]) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for token in tokens:
        if token == ANY:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return pieces


def _match_at(wanted: Sequence[str], found: Sequence[str], start: int) -> bool:
    return all(
        _same(token, other)
        for token, other in zip(
            wanted, found[start : start + len(wanted)], strict=False
        )
    )


def _same(wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    promised, printed = _TOKEN.fullmatch(wanted), _TOKEN.fullmatch(found)
    if not (promised and promised["number"] and printed and printed["number"]):
        return False
    # The same sign and notation on both sides, so that 0.90 is never kept by 0.9e1.
    if promised["sign"] != printed["sign"] or bool(
        promised["exponent"]
    ) != bool(printed["exponent"]):
        return False
    promised_value, printed_value = Decimal(wanted), Decimal(found)
    precision, printed_precision = (
        _precision(promised_value),
        _precision(printed_value),
    )
    return printed_precision <= precision and abs(
        promised_value - printed_value
    ) <= Decimal(5).scaleb(precision - 1)


def _precision(number: Decimal) -> int:
    """Return the power of ten of the last digit that is written."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), (
        "the pattern of a number admits neither nan nor inf"
    )
    return exponent


def _align(
    wanted: list[str], found: list[str]
) -> list[tuple[bool, list[str], list[str]]]:
    """Pair up the lines of a promise and a printed text as (kept, promised lines, printed lines)."""
    if len(wanted) == len(found):
        return [
            (is_kept(a, b), [a], [b])
            for a, b in zip(wanted, found, strict=True)
        ]
    # A promised line that some printed line keeps stands for that line while they are aligned.
    stand_ins = [
        next((line for line in found if is_kept(w, line)), w) for w in wanted
    ]
    matcher = SequenceMatcher(a=stand_ins, b=found, autojunk=False)
    return [
        (tag == "equal", wanted[a:b], found[c:d])
        for tag, a, b, c, d in matcher.get_opcodes()
    ]
