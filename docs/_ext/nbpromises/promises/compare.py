"""Compare what a cell printed with what its page promises.

The rules are doctest's, with two freedoms that the *promise* takes, never the output:

- ``...`` stands for any text, also none and also over several lines, but never for a result: a
  number that is no plain integer, in whatever form (`3.2x`, `97%`, `12k`, `1e-3`, `10⁵`, `½`, `0.5j`, `NaN`), must be
  promised, unless it is a time with its unit or the address of an object;
- a number with a decimal point stands for every number that rounds to it at the precision
  in which it is written: ``0.93`` is kept by ``0.9327``, and broken by ``0.9373``.

What no reader can see does not count: white space at the ends of lines, colour codes, and text that
a progress bar has overwritten.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from difflib import SequenceMatcher
from unicodedata import name, normalize

from ..terminal import COLOUR, shown

ANY = "..."
# In lines, of a promise and its output together.
LONG = 2_000
# Before a value, a unit may be its name: "min" of the smallest one, "second" of one of two, "ms" of a variable.
_NO_NAME = r"(?! *[=:]? *\[*[+−-]?(\.?[0-9]|(?i:nan|inf)|∞)|\.\w)"
# In small letters: S is a conductance, H an inductance, US$ money. Powers, as in s^-1, are no times.
_TIME = re.compile(
    r"(?<![0-9])[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
    r"([sh](?!\.\w)|ns|us|[µμ]s|ms| ?([num]?secs?|mins|(?i:sec|seconds|minutes|hours))"
    rf"| ?(ns|us|[µμ]s|ms|s|h|min|(?i:second|minute|hour)(?!-\w)){_NO_NAME})(?![\w^−$])"
    # Chinese has no blanks between words.
    r"|(?<![0-9])[0-9]+(\.[0-9]+)?([毫微纳]?秒|分钟|小时)"
    rf"|(?<![0-9])[0-9]+(\.[0-9]+)? ([毫微纳]?秒|分钟|小时){_NO_NAME}"
    # A `datetime.timedelta`, and the speed of a progress bar, in its brackets in any unit.
    r"|(?<![0-9:.])[0-9]+:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(?![\w:])|(?<![0-9])[0-9]+(\.[0-9]+)? ?it/s\b"
    r"|[0-9]+:[0-9:]+(<[0-9:?]+)?, *[0-9.?]+[^\W\d_]*/s\b"
)
_ADDRESS = re.compile(r"(?<=\bat )0x[0-9a-f]+", re.IGNORECASE)
# Random or computed: a UUID, or a digest with another letter than the "e" of an exponent.
_IDENTIFIER = re.compile(
    r"(?<![\w-])(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])"
    r"|(?<![\w.])(?=[0-9e]*[a-df])[0-9a-f]{7,64}(?!\.?\w)"
)
_RESULT = re.compile(
    r"(?<![0-9_])[0-9_]*\.[0-9][\w.%]* | (?<![0-9_])[0-9][0-9_]*\.(?=[\s,\])}]|\Z)"
    # Not within a name, such as "tmp1mfzf94j".
    r" | (?<![0-9A-Za-z_])[0-9][0-9_]*\.?(e[+−-]?[0-9]+|[jx×%‰])\w* | (?<![0-9_])[0-9]+[ ]?([%‰]|percent\b)"
    # With a prefix or a unit: 12k, 4GB, 10dB; not the name Llama-7B, nor the bar 12k/60k.
    r" | (?<![0-9A-Za-z_])(?<![A-Za-z]-)(?<![0-9kKMGT]/)[0-9][0-9_]*"
    r"(?-i:[kKMGT](i?B|Hz|W)?|dB|Hz|°C?)(?!\w|/[0-9])"
    # Powers and fractions: 10^5, and ½, which NFKC spells with a slash of its own.
    r" | (?<![0-9_])[0-9]+(\^[+−-]?|\N{FRACTION SLASH})[0-9]+"
    r" | (?<![^\W\d_])(nan|inf|infinity)(?![^\W\d_]) | ∞",
    re.IGNORECASE | re.VERBOSE,
)
# Of a number: in a name such as R², they are letters of it.
_POWER = re.compile(r"(?<=[\d)])[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# What a keyboard, a word processor or a chat puts in the place of another character; the last are invisible.
_ALIKE = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-")
    | dict.fromkeys("‘’‚`´", "'")
    | dict.fromkeys("“”„", '"')
    | {"×": "x"}
    | dict.fromkeys("\u200c\u200d\ufe0e\ufe0f\xad", "")
)
# [0-9] instead of \d, which matches full-width digits too.
_NUMBER = r"""
    (?<![\w.])  (?P<sign>[+-]?)
    (?: [0-9]+\.[0-9]+ | \.[0-9]+ | [0-9]+(?=[eE]) )  (?P<exponent>[eE][+-]?[0-9]+)?
    (?! \w | \.[0-9] )
"""
_TOKEN = re.compile(
    rf"\.\.\. | (?P<number>{_NUMBER}) | \w+ | \s+ | .", re.VERBOSE | re.DOTALL
)
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)


def normalized(text: str) -> str:
    """Reduce a text to what a terminal would show, without white space at the ends of lines.

    >>> normalized("1/2\\r2/2 \\x1b[1mdone\\x1b[0m  \\n\\n")
    '2/2 done'
    """
    lines = COLOUR.sub("", shown(text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def in_ascii(text: str) -> str:
    """Return a text with the digits of any width or height in ASCII; powers do not join their base.

    >>> in_ascii("１０⁵")
    '10^5'
    """
    return normalize("NFKC", _POWER.sub(r"^\g<0>", text))


def is_kept(promise: str, printed: str) -> bool:
    """Tell whether the printed text is what was promised.

    >>> is_kept("loss=0.93, 10 epochs", "loss=0.9327, 10 epochs")
    True
    >>> is_kept("loss=0.94, 10 epochs", "loss=0.9327, 10 epochs")
    False
    >>> is_kept("1/1 - ... - loss: 0.93", "1/1 - 0s - 16ms/step - loss: 0.9327")
    True
    >>> is_kept("1/1 - ...", "1/1 - 0s - 16ms/step - loss: 0.9327")
    False
    """
    promise, printed = normalized(promise), normalized(printed)
    if promise == printed:
        return True
    found = _tokens(printed)
    covered = _covered_by_any(_tokens(promise), found)
    return covered is not None and not any(_results(found, covered))


def hint(promise: str, printed: str) -> str:
    """Return what to know of the rules if they, and not the texts, break a promise; often "".

    >>> hint("t = ...", "t = -7.52")
    '... may not stand for a result: 7.52'
    >>> hint("5 %", "5\xa0%")
    'characters look alike and differ: U+00A0 (NO-BREAK SPACE)'
    >>> hint("took ...s", "took 0.2s")
    '... stands for whole words: 0.2s is kept by ..., not by ...s'
    >>> hint("loss: 0.93...", "loss: 0.9373")
    'a number stands for all that round to it: leave out the ... behind it'
    >>> hint("took 0.2s", "took 0.3s")
    'a time differs in every run: promise ... in its place'
    """
    promise, printed = normalized(promise), normalized(printed)
    found = _tokens(printed)
    covered = _covered_by_any(_tokens(promise), found)
    for result in _results(found, covered or []):
        return f"{ANY} may not stand for a result: {result}"
    if is_kept(_alike(promise), _alike(printed)):
        return (
            f"characters look alike and differ: {_different(promise, printed)}"
        )
    if is_kept(_TIME.sub(ANY, promise), printed):
        return f"a time differs in every run: promise {ANY} in its place"
    if re.search(r"\.[0-9]+\.\.\.", promise):
        return f"a number stands for all that round to it: leave out the {ANY} behind it"
    if re.search(r"\w\.\.\.|\.\.\.\w", promise):
        return f"{ANY} stands for whole words: 0.2s is kept by {ANY}, not by {ANY}s"
    return ""


def _alike(text: str) -> str:
    """Return a text with one character for all that look like it."""
    return normalize("NFKC", text.translate(_ALIKE))


def _different(promise: str, printed: str) -> str:
    """Name the characters that only one of two texts has.

    >>> _different("5 %", "5\xa0%")
    'U+00A0 (NO-BREAK SPACE)'
    """
    return ", ".join(
        f"U+{ord(each):04X} ({name(each, 'unnamed')})"
        for each in sorted(set(promise) ^ set(printed))
        if _alike(each) != each
    )


def _tokens(text: str) -> list[str]:
    return [match.group() for match in _TOKEN.finditer(text)]


def _covered_by_any(wanted: list[str], found: list[str]) -> list[range] | None:
    """Return the tokens that each ``...`` stands for, or None if the other tokens differ."""
    pieces = _split_at_any(wanted)
    covered, end = [], 0
    for number, piece in enumerate(pieces):
        # The first piece begins the text, and the last one ends it.
        last = len(found) - len(piece)
        first = max(end, last) if number == len(pieces) - 1 else end
        places = range(first, min(last, 0 if number == 0 else last) + 1)
        matches = (place for place in places if _match_at(piece, found, place))
        place = next(matches, None)
        if place is None:
            return None
        covered.append(range(end, place))
        end = place + len(piece)
    return covered


def _results(tokens: list[str], covered: list[range]) -> Iterator[str]:
    """Yield the results among tokens that ``...`` stands for."""
    for span in covered:
        text = "".join(tokens[span.start : span.stop])
        text = in_ascii(text)
        # The unit of a time may stand in the promise, or the "at" before an address.
        before = "".join(tokens[max(span.start - 2, 0) : span.start])
        unit = "".join(tokens[span.stop : span.stop + 6])
        whole = before + text + unit
        no_results = [
            match.span()
            for pattern in (_TIME, _ADDRESS, _IDENTIFIER)
            for match in pattern.finditer(whole)
        ]
        # What follows the text may tell that it ends with a result, as in "[2.]" and "97%".
        for match in _RESULT.finditer(whole, len(before)):
            place = match.start()
            if place < len(before + text) and not any(
                start <= place < end for start, end in no_results
            ):
                yield match[0]


def explain(promise: str, printed: str) -> str:
    """Return a line diff of promise and output: ``-`` was promised, ``+`` was printed.

    >>> print(explain("a = 1\\nb = 2", "a = 1\\nb = 3"))
      a = 1
    - b = 2
    + b = 3
    """
    lines: list[str] = []
    for kept, promised, actual in _align(promise, printed):
        if kept:
            lines += [f"  {line}" for line in actual]
        else:
            lines += [f"- {line}" for line in promised]
            lines += [f"+ {line}" for line in actual]
    return "\n".join(lines)


def accepted(promise: str, printed: str) -> str:
    """Return a promise that the printed text keeps, leaving alone the lines that it keeps already.

    >>> accepted("took ... s\\nloss=0.94", "took 3 s\\nloss=0.9327")
    'took ... s\\nloss=0.9327'
    """
    lines: list[str] = []
    for kept, promised, actual in _align(promise, printed):
        lines += promised if kept else actual
    text = "\n".join(lines)
    return text if is_kept(text, printed) else normalized(printed)


def without_what_differs(text: str) -> str:
    """Replace what differs in every run by ``...``: memory addresses, and the times that `fit` prints.

    >>> without_what_differs("<object object at 0x7f7ab8ca9780>")
    '<object object at ...>'
    >>> without_what_differs("1/1 - 0s - 140ms/step - loss: 258.8327")
    '1/1 - ... - loss: 258.8327'
    >>> without_what_differs("1/1 - 0s 140µs/step - loss: 258.8327")
    '1/1 - ... - loss: 258.8327'
    """
    text = re.sub(r"\bat 0x[0-9a-f]{6,}", f"at {ANY}", text)
    return re.sub(r"\b[0-9]+m?s( -)? [0-9]+[muµ]?s/(step|epoch)\b", ANY, text)


def _split_at_any(tokens: Sequence[str]) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for token in tokens:
        if token == ANY:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return pieces


def _match_at(wanted: Sequence[str], found: Sequence[str], start: int) -> bool:
    return all(map(_same, wanted, found[start : start + len(wanted)]))


def _same(wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    promised, printed = _TOKEN.fullmatch(wanted), _TOKEN.fullmatch(found)
    if not (promised and promised["number"] and printed and printed["number"]):
        return False
    # Sign and notation must agree: 10.0 is not kept by 1.00e1, nor 0.0 by -0.0.
    forms = {
        (each["sign"], bool(each["exponent"])) for each in (promised, printed)
    }
    if len(forms) > 1:
        return False
    value, precision = Decimal(found), _exponent(wanted)
    if _exponent(found) > precision:
        return False
    try:
        rounded = value.quantize(Decimal((0, (1,), precision)), context=_EXACT)
    except InvalidOperation:  # Far larger than what was promised.
        return False
    return rounded == Decimal(wanted)


def _exponent(number: str) -> int:
    """Return the power of ten of a number's last digit."""
    return int(Decimal(number).as_tuple().exponent)


def _align(
    promise: str, printed: str
) -> list[tuple[bool, list[str], list[str]]]:
    """Pair up the lines of a promise and a printed text as (kept, promised lines, printed lines)."""
    wanted = normalized(promise).split("\n")
    found = normalized(printed).split("\n")
    if len(wanted) == len(found):
        pairs = zip(wanted, found, strict=True)
        return [
            (is_kept(line, other), [line], [other]) for line, other in pairs
        ]
    if len(wanted) + len(found) > LONG:
        # To align them would take minutes.
        return [(False, wanted, found)]
    reach = min(abs(len(wanted) - len(found)) + 10, 100)
    stand_ins = [
        _stand_in(line, found[max(place - reach, 0) : place + reach])
        for place, line in enumerate(wanted)
    ]
    matcher = SequenceMatcher(a=stand_ins, b=found, autojunk=False)
    return [
        (tag == "equal", wanted[a:b], found[c:d])
        for tag, a, b, c, d in matcher.get_opcodes()
    ]


def _stand_in(promised: str, nearby: list[str]) -> str:
    """Return the first nearby printed line that keeps a promised line, or the promised line.

    `SequenceMatcher` compares lines for equality; this makes a kept promise equal to its line.
    """
    if promised in nearby:
        return promised
    return next((line for line in nearby if is_kept(promised, line)), promised)
