"""The words of code for its readers: comments, docstrings, and labels, the strings that cells show.

`shown_pieces` finds them, and `translate_code` replaces them. A label is a string of one line with a
word, that is at least two letters, which

- is printed: it stands in the arguments of `print`, not within another call or an index; or
- has several words, or blanks, a word and a field of an f-string, unless something is compared with it; or
- is one word or has blanks, and stands as an element of a tuple, list or set, as a key of a dictionary,
  as a field of an f-string, as an outcome of `a if condition else b` or `np.where`, as an argument called `label`, `title`,
  `xlabel` or `ylabel`, or as one of a method of such a name, as of `set_xlabel`.

Markup, which begins with `<`, is none. A string that is a label somewhere on a page is that label in all
cells of the page, also as an index, and within the fields of f-strings. An f-string, or a string whose method
`format` is called, is one label together with its fields; a translation has the same fields, in any order,
as they are in the source.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final, Literal

COMMENT: Final = "comment"
DOCSTRING: Final = "docstring"
LABEL: Final = "label"
DRAWING: Final = "drawing"
Kind = Literal["comment", "docstring", "label", "drawing"]
# The translation of each message, by the kind of its piece: a label and a comment can be the same.
Translations = Mapping[tuple[Kind, str], str]

WORD = re.compile(r"[^\W\d_]{2,}")
SEVERAL_WORDS = re.compile(r"[^\W\d_]{2,}.* .*[^\W\d_]{2,}")
LISTED = re.compile(r"[^\W_]+|.* .*")
NAMED = {"label", "title", "xlabel", "ylabel"}
# Lines of IPython, which are not Python.
MAGIC = re.compile(r"^(\s*)((?:[\w.,* ]+= *)?[%!].*)$", re.MULTILINE)
# Comments for tools.
DIRECTIVE = re.compile(r"noqa\b|(type|fmt|ruff|pylint):")
# In a field, strings can stand, and braces, as those of a set or of a width.
IN_FIELD = r"'[^']*'|\"[^\"]*\"|[^{}]"
FIELD = rf"\{{(?>{IN_FIELD}|\{{(?>{IN_FIELD})*\}})*\}}"
# Without a prefix, as that of bytes.
STRING = re.compile(r"(?<![A-Za-z])('[^']*'|\"[^\"]*\")")
UNNUMBERED = re.compile(r"\{[!:}]")
PERCENT = re.compile(
    r"(?<!\d)%(\(\w+\))?[-+#0 ]*[\d*]*(\.\d+)?[diouxXeEfFgGcrsa]\b"
)
LOGS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
TOKEN = re.compile(rf"\{{\{{|\}}\}}|{FIELD}|.", re.DOTALL)
OPENING = re.compile(r"[A-Za-z]*('''|\"\"\"|'|\")")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
DOCUMENTED = ast.Module | ast.ClassDef | FUNCTION

Offset = Callable[[int, int], int]
# Where a string stands: as the only argument of `print`, in its arguments, where one word can be a label,
# where it is compared, elsewhere.
Place = Literal["line", "printed", "listed", "compared", ""]


@dataclass(frozen=True)
class Piece:
    """A comment or a string, from `start` to `end` of its code."""

    kind: Kind
    text: str
    start: int = 0
    end: int = 0
    has_fields: bool = False
    is_shown: bool = True
    is_printed: bool = False
    in_function: bool = False
    is_line: bool = False
    in_field: bool = False

    @property
    def message(self) -> str:
        """The words for translators; line breaks before and after a label stay in the code."""
        return self.text.strip("\n") if self.kind == LABEL else self.text


def shown_pieces(
    source: str, kinds: Iterable[Kind] = (COMMENT, DOCSTRING, LABEL)
) -> list[Piece]:
    r"""List the pieces of Python code that a reader reads, in order.

    >>> code = "# A new line\nprint(f'loss {x:.2f}', b['loss'])  # of a run\n"
    >>> [piece.message for piece in shown_pieces(code)]
    ['A new line', 'loss {x:.2f}', 'of a run']
    """
    return [
        piece
        for piece in _pieces(source)
        if piece.is_shown and piece.kind in kinds
    ]


def strings_of(source: str) -> list[Piece]:
    """List the strings of Python code but docstrings; only a page knows which of them are labels."""
    return [piece for piece in _pieces(source) if piece.kind == LABEL]


def translate_code(
    source: str,
    translations: Translations,
    kinds: Iterable[Kind] = (COMMENT, DOCSTRING, LABEL),
) -> str:
    """Replace the words in a piece of Python code by their translations.

    Raises:
        ValueError: If it would be other code, or none.

    >>> translations = {("label", "one step"): "一步", ("comment", "fast"): "快"}
    >>> translate_code("times['one step'] = 1  # fast", translations)
    "times['一步'] = 1  # 快"
    """
    new = source
    for piece in reversed(_pieces(source)):
        if piece.kind not in kinds or piece.in_field:
            continue
        message = piece.message
        words = translations.get((piece.kind, message), message)
        written = source[piece.start : piece.end]
        if words != message:
            text = piece.text.replace(message, words, 1)
            written = _written(piece, written, text)
        if piece.has_fields:
            written = _with_translated_fields(written, translations)
        new = new[: piece.start] + written + new[piece.end :]
    if code_without_words(new) != code_without_words(source):
        raise ValueError("the translation changes more than words")
    if _counts(new) != _counts(source):
        raise ValueError(
            "two keys, indices or compared words have one translation"
        )
    return new


def _counts(source: str) -> dict[object, int]:
    """Count the strings that tell things apart: of each dictionary or set, and of each variable's indices.

    So does what is compared with a variable.
    """
    parsed = _parsed(source)
    names: dict[object, set[str]] = {}

    def add(what: object, found: Iterable[ast.expr | None]) -> None:
        names.setdefault(what, set()).update(_texts(found))

    for number, node in enumerate(ast.walk(parsed[1]) if parsed else []):
        match node:
            case ast.Dict():
                add(number, node.keys)
            case ast.Set():
                add(number, node.elts)
            case ast.Subscript(ast.Name(name), ast.expr() as index):
                add(("index", name), [index])
            case ast.Compare(left, _, others):
                sides = [left, *others]
                found = [
                    each.id for each in sides if isinstance(each, ast.Name)
                ]
                add(("compared", *found), sides)
    return {what: len(strings) for what, strings in names.items()}


def _written(piece: Piece, old: str, text: str) -> str:
    """Return a piece of code with another text."""
    if piece.kind == COMMENT:
        return f"# {text}"
    match = OPENING.match(old)
    assert match
    quotes = match[1]
    if piece.has_fields:
        # Before Python 3.12, a field cannot have the quotes of its string.
        other = '"' if quotes == "'" else "'"
        text = "".join(
            _escaped(words, quotes).replace("{", "{{").replace("}", "}}")
            + field.replace("'", other)
            for words, field in template(text)
        )
    else:
        text = _escaped(text, quotes)
    # Pieces of a string may stand on several lines.
    tree = ast.parse(f"({old})", mode="eval")
    prefix = "f" if isinstance(tree.body, ast.JoinedStr) else ""
    return f"{prefix}{quotes}{text}{quotes}"


def _with_translated_fields(literal: str, translations: Translations) -> str:
    """Replace the labels within the fields of an f-string."""

    def replaced(string: re.Match[str]) -> str:
        quote, text = string[0][0], string[0][1:-1]
        words = translations.get((LABEL, text), text)
        if words == text:
            return string[0]
        # Before Python 3.12, a field can have neither.
        if quote in words or "\\" in words:
            raise ValueError(
                f"within a field, the translation of {text!r} can have neither {quote} nor a backslash: {words}"
            )
        return f"{quote}{words}{quote}"

    return "".join(
        STRING.sub(replaced, token) if _is_field(token) else token
        for token in TOKEN.findall(literal)
    )


def _is_field(token: str) -> bool:
    """Return whether a token of a label is a field, not a letter or a brace."""
    return len(token) > 1 and token not in ("{{", "}}")


def _escaped(text: str, quotes: str) -> str:
    text = text.replace("\\", "\\\\").replace(quotes, f"\\{quotes}")
    if len(quotes) == 1:
        text = text.replace("\n", "\\n")
    return text.replace("\t", "\\t")


def template(text: str) -> list[tuple[str, str]]:
    """Take a label with fields apart: words, and the field behind them, or "".

    >>> template("epoch {epoch:2}: {{}} {a != b}")
    [('epoch ', '{epoch:2}'), (': {} ', '{a != b}')]
    """
    parts: list[tuple[str, str]] = []
    words = ""
    for token in TOKEN.findall(text):
        if _is_field(token):
            parts.append((words, token))
            words = ""
        else:
            words += token[0]
    return [*parts, (words, "")] if words else parts


def fields_of(text: str) -> list[str]:
    """List the fields of a label.

    >>> fields_of("epoch {epoch:2}: {loss}")
    ['{epoch:2}', '{loss}']
    """
    return [field for _, field in template(text) if field]


def same_fields(text: str, source: str) -> bool:
    """Return whether a text has the fields of another one.

    >>> same_fields("{x} {y}", "{y} {x}"), same_fields("{x", "{x}")
    (True, False)
    """
    return sorted(fields_of(text)) == sorted(fields_of(source))


# -- Reading code ------------------------------------------------------------------------------


def syntax_fault(source: str) -> str:
    r"""Say which line is neither Python nor a magic of IPython, in whose code no words can be found.

    >>> syntax_fault("best = %timeit -o f()\nbest?")
    "line 2 is no Python code, so that no words are found here: 'best?'"
    """
    try:
        _parse(source)
    except SyntaxError as error:
        line = (error.text or "").strip()
        return f"line {error.lineno} is no Python code, so that no words are found here: {line!r}"
    return ""


def labels_with_lost_fields(source: str, page: Sequence[str]) -> list[str]:
    """List the labels whose values are not found in outputs, or are told apart by their order alone.

    The operator %, `logging`, `strftime`, or `format` elsewhere fill in those; these have several `{}` without
    a number. `page` is the code of all cells.

    >>> code = "row = 'loss {} falls'; print('%d rows' % n, '{} of {}'.format(1, 2), 'no rows')"
    >>> labels_with_lost_fields(code, [code])
    ['%d rows', '{} of {}']
    >>> labels_with_lost_fields(code, [code, "row.format(0.5)"])
    ['loss {} falls', '%d rows', '{} of {}']
    """
    nodes = list(_nodes(source))
    later = any(
        _formats_a_variable(node) for code in page for node in _nodes(code)
    )
    filled = {text for node in nodes for text in _templates(node, later)}
    return [
        piece.message
        for piece in shown_pieces(source, [LABEL])
        if (
            len(list(filter(UNNUMBERED.match, fields_of(piece.text)))) > 1
            if piece.has_fields
            else piece.text in filled
        )
    ]


def entries_of_others(source: str, page: Sequence[str]) -> set[str]:
    """Return the names of entries that code reads, and that stand nowhere else on its page but where it prints.

    A library or a module of the author's defines them, which no translation reaches.

    >>> code = "print('loss', history['loss'], table['hour'], logs.get('mean'))"
    >>> sorted(entries_of_others(code, [code, "table = dict(zip(['hour'], [1]))"]))
    ['loss', 'mean']
    """
    nodes = [node for code in page for node in _nodes(code)]
    others = Counter(text for node in nodes for text in _texts([node]))
    others.subtract(text for node in nodes for text in _entries_read(node))
    others.subtract(
        piece.text
        for code in page
        for piece in _pieces(code)
        if piece.is_printed
    )
    read = {text for node in _nodes(source) for text in _entries_read(node)}
    return {text for text in read if others[text] <= 0}


def _entries_read(node: ast.AST) -> set[str]:
    match node:
        case ast.Subscript(_, name, ast.Load()) | ast.Call(
            ast.Attribute(attr="get" | "pop"), [name, *_]
        ):
            return _texts([name])
    return set()


def _texts(found: Iterable[ast.AST | None]) -> set[str]:
    """Return those of some expressions that are strings."""
    return {
        each.value
        for each in found
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def _nodes(source: str) -> Iterator[ast.AST]:
    parsed = _parsed(source)
    return ast.walk(parsed[1]) if parsed else iter(())


def _formats_a_variable(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Attribute(ast.Constant(), "format")):
            return False
        case ast.Call(ast.Attribute(_, "format")):
            return True
        case ast.BinOp(ast.Name() | ast.Attribute(), ast.Mod()):
            return True
    return False


def _templates(node: ast.AST, later: bool) -> list[str]:
    """Return the strings in a piece of code that something else fills in; `later` if variables are filled in."""
    match node:
        case ast.BinOp(ast.Constant(str(text)), ast.Mod()):
            return [text]
        case ast.Call(
            ast.Attribute(attr=name), [ast.Constant(str(text)), _, *_]
        ) if name in LOGS and PERCENT.search(text):
            return [text]
        case ast.Call(ast.Attribute(attr="strftime"), arguments):
            return _strings_in(arguments)
        case ast.Assign(value=value) | ast.NamedExpr(value=value) if later:
            return [
                text
                for text in _strings_in([value])
                if PERCENT.search(text) or fields_of(text)
            ]
    return []


def _strings_in(nodes: Iterable[ast.AST]) -> list[str]:
    return [
        each.value
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def _parse(source: str) -> tuple[str, ast.Module]:
    """Return Python code of the same length, and its syntax tree."""
    try:
        return source, ast.parse(source)
    except SyntaxError:
        code = MAGIC.sub(
            lambda match: match[1] + "0".ljust(len(match[2])), source
        )
        return code, ast.parse(code)


def _parsed(source: str) -> tuple[str, ast.Module] | None:
    """Return the same; None for what is no code."""
    try:
        return _parse(source)
    except SyntaxError:
        return None


def code_without_words(source: str) -> str | None:
    """Return the syntax of code without the words in it, or None if it is no code."""
    if parsed := _parsed(source):
        return ast.dump(_Wordless().visit(parsed[1]))
    return None


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        fields = [
            self.visit(value)
            for value in node.values
            if isinstance(value, ast.FormattedValue)
        ]
        return ast.JoinedStr(sorted(fields, key=ast.dump))


def _pieces(source: str) -> list[Piece]:
    """List the comments and strings of a piece of code in order."""
    parsed = _parsed(source)
    if not parsed:
        return []
    code, tree = parsed
    lines = list(StringIO(code))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        """Return the place of a column, which `ast` counts in bytes."""
        return starts[line - 1] + len(
            lines[line - 1].encode()[:column].decode()
        )

    pieces = [*_comments(code, starts), *_strings(tree, offset)]
    return sorted(pieces, key=lambda piece: piece.start)


def _comments(code: str, starts: list[int]) -> list[Piece]:
    """List the comments; consecutive lines of nothing else are one."""
    comments: list[Piece] = []
    last = None
    for token in tokenize.generate_tokens(StringIO(code).readline):
        text = token.string.lstrip("#").strip()
        if token.type != tokenize.COMMENT or DIRECTIVE.match(text):
            continue
        (line, column), (_, end) = token.start, token.end
        alone = not token.line[:column].strip()
        start = starts[line - 1] + column
        if alone and (line - 1, column) == last:
            start = comments[-1].start
            text = f"{comments.pop().text} {text}"
        is_shown = bool(WORD.search(text))
        end += starts[line - 1]
        comments.append(Piece(COMMENT, text, start, end, is_shown=is_shown))
        last = (line, column) if alone else None
    return comments


def _strings(tree: ast.Module, offset: Offset) -> Iterator[Piece]:
    """Yield the strings; `offset` returns the place of a line and a column."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED)
        and ast.get_docstring(node, clean=False) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    in_functions = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, FUNCTION)
        for node in ast.walk(function)
    }
    for node, place, has_fields in _placed_strings(tree, ""):
        is_docstring = id(node) in docstrings
        if isinstance(node, ast.JoinedStr):
            text = "".join(map(_field_or_text, node.values))
        else:
            assert isinstance(node, ast.Constant)
            text = str(node.value)
        assert node.end_lineno
        assert node.end_col_offset is not None
        yield Piece(
            DOCSTRING if is_docstring else LABEL,
            text,
            offset(node.lineno, node.col_offset),
            offset(node.end_lineno, node.end_col_offset),
            has_fields,
            is_shown=is_docstring
            or _is_label(text.strip("\n"), place, has_fields),
            is_printed=place in ("line", "printed"),
            in_function=id(node) in in_functions,
            is_line=place == "line",
        )
        if isinstance(node, ast.JoinedStr):
            yield from _strings_in_fields(node, offset)


def _strings_in_fields(node: ast.JoinedStr, offset: Offset) -> Iterator[Piece]:
    """Yield the strings that fields of an f-string show; they are translated with it."""
    assert node.end_lineno
    assert node.end_col_offset is not None
    start = offset(node.lineno, node.col_offset)
    end = offset(node.end_lineno, node.end_col_offset)
    for field in node.values:
        if isinstance(field, ast.FormattedValue):
            for each, place, _ in _placed_strings(field.value, "listed"):
                if isinstance(each, ast.Constant):
                    text = str(each.value)
                    is_shown = _is_label(text, place, has_fields=False)
                    yield Piece(
                        LABEL,
                        text,
                        start,
                        end,
                        is_shown=is_shown,
                        in_field=True,
                    )


def _placed_strings(
    node: ast.AST, place: Place
) -> Iterator[tuple[ast.expr, Place, bool]]:
    """Yield the strings below a node, where they stand, and whether they have fields."""
    match node:
        case ast.Constant(str()):
            yield node, place, False
        case ast.JoinedStr():
            yield node, place, True
        case ast.Call(ast.Attribute(ast.Constant(str()) as text, "format")):
            yield text, place, True
            for argument in (*node.args, *node.keywords):
                yield from _placed_strings(argument, "")
        case ast.Call(
            ast.Name("print"), [ast.JoinedStr() | ast.Call() as line]
        ):
            yield from _placed_strings(line, "line")
        case ast.Call(ast.Name("print")):
            for argument in node.args:
                yield from _placed_strings(argument, "printed")
        case ast.Subscript():
            yield from _placed_strings(node.value, "")
            yield from _placed_strings(node.slice, "")
        case ast.Compare():
            for side in (node.left, *node.comparators):
                yield from _placed_strings(side, "compared")
        case ast.Dict():
            for key in filter(None, node.keys):
                yield from _placed_strings(key, "listed")
            for value in node.values:
                yield from _placed_strings(value, place)
        case ast.Tuple() | ast.List() | ast.Set():
            for element in node.elts:
                yield from _placed_strings(element, place or "listed")
        case ast.IfExp():
            yield from _placed_strings(node.test, "")
            for outcome in (node.body, node.orelse):
                yield from _placed_strings(outcome, place or "listed")
        case ast.Call(ast.Attribute(attr=name)) if (
            name.removeprefix("set_") in NAMED
        ):
            yield from _placed_strings(node.func, "")
            for argument in (*node.args, *node.keywords):
                yield from _placed_strings(argument, "listed")
        case ast.Call(ast.Attribute(attr="where")):
            for outcome in node.args:
                yield from _placed_strings(outcome, "listed")
        case ast.Starred() | ast.BinOp():
            for child in ast.iter_child_nodes(node):
                yield from _placed_strings(child, place)
        case ast.keyword():
            named: Place = "listed" if node.arg in NAMED else ""
            yield from _placed_strings(node.value, named)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _placed_strings(child, "")


def _is_label(text: str, place: Place, has_fields: bool) -> bool:
    words = "".join(part for part, _ in template(text)) if has_fields else text
    if "\n" in text or text.startswith("<") or not WORD.search(words):
        return False
    if place in ("line", "printed"):
        return True
    if place == "compared":
        return False
    if has_fields:
        return " " in words or place == "listed"
    return bool(
        SEVERAL_WORDS.search(text)
        or (place == "listed" and LISTED.fullmatch(text))
    )


def _field_or_text(value: ast.expr) -> str:
    """Return a part of an f-string as it is written."""
    if isinstance(value, ast.Constant):
        return str(value.value).replace("{", "{{").replace("}", "}}")
    assert isinstance(value, ast.FormattedValue)
    conversion = f"!{chr(value.conversion)}" if value.conversion > 0 else ""
    form = ""
    if isinstance(value.format_spec, ast.JoinedStr):
        form = ":" + "".join(map(_field_or_text, value.format_spec.values))
    code = ast.unparse(value.value)
    # Two braces would be one that is text.
    space = " " if code.startswith("{") else ""
    return f"{{{space}{code}{conversion}{form}}}"
