"""What a terminal shows of a text: progress bars overwrite what they have printed."""

import re

# Colours; they take no place on the line.
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
# Links and titles of windows: what stands between these two is not printed.
_HIDDEN = re.compile(r"\x1b\].*?(\x07|\x1b\\)")
TAB = 8
_PIECE = re.compile(rf"(?P<colour>{COLOUR.pattern})|\x1b\[0?K|.", re.DOTALL)
_MOVES = re.compile(r"\x1b(?!\[[0-9;:]*m|\[0?K)\[?[0-9;?]*.?|[\x0b\x0c\x07]")


def shown(text: str) -> str:
    """Return what is seen of a text in which lines are overwritten.

    >>> shown("1/2\\r2/2 done\\b\\b\\b\\bover")
    '2/2 over'
    """
    text = _HIDDEN.sub("", text.replace("\r\n", "\n"))
    return "\n".join(map(_shown_line, text.split("\n")))


def _shown_line(line: str) -> str:
    if not re.search("[\r\b\x1b]", line):
        return line
    # Elsewhere, a promise may hold the tab itself.
    overwritten = re.search("[\r\b]", line)
    places: list[str] = []
    cursor, colours = 0, ""
    for match in _PIECE.finditer(line):
        piece = match[0]
        if match["colour"]:
            colours += piece
        elif piece == "\r":
            cursor = 0
        elif piece == "\b":
            cursor = max(cursor - 1, 0)
        elif piece == "\t" and overwritten:
            cursor += TAB - cursor % TAB
            places += " " * (cursor - len(places))
        elif piece.startswith("\x1b["):
            del places[cursor:]
        else:
            places[cursor : cursor + 1] = [colours + piece]
            cursor, colours = cursor + 1, ""
    return "".join(places) + colours


def cursor_moves(text: str) -> list[str]:
    """List the control sequences of a text that do more than to overwrite its own line.

    >>> cursor_moves("\\x1b[31mred\\x1b[0m \\x1b[2A \\x1b[1;1H \\x1b[2J \\x1b7")
    ['\\x1b[2A', '\\x1b[1;1H', '\\x1b[2J', '\\x1b7']
    """
    return _MOVES.findall(_HIDDEN.sub("", text))
