"""Compare the numbers that a notebook of the book prints with those in the book.

The first cell of a notebook calls `begin`, and the last one calls `compare`, with what the book prints.
"""

import re
import sys
import zlib
from decimal import Decimal
from typing import Any, TextIO, cast

import tensorflow as tf

_NUMBER = re.compile(
    r"(?<![\w.])[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]{1,3})?|nan|inf)(?!\w)",
    re.IGNORECASE | re.ASCII,
)
# The digest, the first line and the output of each cell that has run, by its place in the notebook where
# that is known, or else by its digest: a cell that was changed and has run again takes the same place.
_printed: dict[str, tuple[str, str, str]] = {}


class _Copy:
    """A stream, in all respects, which also keeps a copy of what is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def begin() -> None:
    """Keep TensorFlow's log out of the outputs of the next cells, and a copy of what they print.

    Outside of IPython, Jupyter and Colab there is no copy.

    Returns:
        Nothing.

    Example:
        >>> begin()
    """
    tf.get_logger().setLevel("WARNING")
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell and _stop not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("pre_run_cell", _start)
        shell.events.register("post_run_cell", _stop)


def _start(info: Any) -> None:
    sys.stdout = cast(TextIO, _Copy(sys.stdout))


def _stop(result: Any) -> None:
    # A copy is not begun in the cell that calls `begin`.
    copy: object = sys.stdout
    if isinstance(copy, _Copy):
        sys.stdout = copy.stream
        text = "".join(copy.written)
        if result.result is not None:
            text += repr(result.result)
        # Jupyter tells it, and older versions of IPython do not.
        place = getattr(result.info, "cell_id", None)
        _remember(result.info.raw_cell, text, place)


def _remember(cell: str, printed: str, place: str | None = None) -> None:
    lines = [line for line in cell.splitlines() if not line.startswith("#")]
    digest, first = _digest(cell), next(filter(None, lines), "")
    _printed[place or digest] = digest, first, printed


def _digest(cell: str) -> str:
    return f"{zlib.crc32(cell.strip().encode()):08x}"


def compare(book: str) -> tuple[int, list[tuple[str, str]]]:
    """Compare what cells printed with the numbers of the book.

    Cells that have not run, or that you have changed, are left out.

    Args:
        book: A line for each cell: the CRC-32 of its code in hexadecimal, and the numbers of its output in
            the book. They have the digits that every machine should print. Their order does not matter,
            as it may be another in another language; nor do more numbers, such as times.

    Returns:
        How many cells printed the book's numbers; and for each other one, the first line of its code and
        the first number that is not there.

    Example:
        >>> _remember("W.numpy()", "2.980123")
        >>> _remember("b.numpy()", "2.01")
        >>> W, b = _digest("W.numpy()"), _digest("b.numpy()")
        >>> compare(f"{W} 2.9801\\n{b} 1.99")
        (1, [('b.numpy()', '1.99')])
    """
    cells = {digest: cell for digest, *cell in _printed.values()}
    same, others = 0, []
    for line in book.strip().splitlines():
        name, *numbers = line.split()
        if name in cells:
            cell, text = cells[name]
            if missing := _first_missing(numbers, text):
                others.append((cell, missing))
            else:
                same += 1
    return same, others


def _first_missing(numbers: list[str], text: str) -> str | None:
    """Return the first of some numbers that a text does not have, each for itself, in any order."""
    printed = _NUMBER.findall(text)
    for number in numbers:
        same = next((each for each in printed if _is(number, each)), None)
        if same is None:
            return number
        printed.remove(same)
    return None


def _is(number: str, printed: str) -> bool:
    """Tell whether a printed number is a number of the book, which may have fewer decimals."""
    wanted, found = Decimal(number), Decimal(printed)
    decimals = int(wanted.as_tuple().exponent) if wanted.is_finite() else 0
    if decimals >= 0 or not found.is_finite():
        return str(wanted) == str(found)
    return abs(wanted - found) <= Decimal((0, (5,), decimals - 1))
