"""The option `:without-docstring:` of `{literalinclude}`: show included code without docstrings.

On a page, the words around the code explain it; what docstrings say stands in the API reference.
"""

import ast
from io import StringIO
from textwrap import dedent
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude
from sphinx.util.typing import OptionSpec

# These count lines of the file.
COUNTING = "lineno-match", "emphasize-lines"
DOCUMENTED = ast.ClassDef | ast.FunctionDef | ast.Module


def without_docstrings(source: str) -> str:
    """Drop the docstrings of a piece of Python code, and the empty line after each.

    One without which no code would be left stays.

    Raises:
        SyntaxError: If it is no complete piece of code.

    >>> without_docstrings('def f():\\n    "Say one."\\n\\n    return 1\\n')
    'def f():\\n    return 1\\n'
    """
    # Not splitlines(), which splits at characters that are no line ends in Python.
    lines = list(StringIO(source))
    for node in ast.walk(ast.parse(dedent(source))):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            docstring, *others = node.body
            start = docstring.lineno - 1
            end = docstring.end_lineno or start
            following = others[0].lineno if others else end + 1
            if not (others or isinstance(node, ast.Module)) or following <= end:
                # It is all that stands there, or shares its line with other code.
                continue
            if lines[end : end + 1] == ["\n"]:
                end += 1
            lines[start:end] = [""] * (end - start)
    return "".join(lines)


class LiteralIncludeWithoutDocstring(LiteralInclude):
    """Sphinx's own directive with one option more."""

    option_spec: ClassVar[OptionSpec] = {
        **LiteralInclude.option_spec,
        "without-docstring": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        included = super().run()
        if "without-docstring" not in self.options:
            return included
        for option in COUNTING:
            if option in self.options:
                message = f":without-docstring: changes the lines that :{option}: counts"
                raise self.error(message)
        for top in included:
            for block in top.findall(nodes.literal_block):
                try:
                    block.rawsource = without_docstrings(block.astext())
                except SyntaxError as error:
                    message = ":without-docstring: needs complete Python code, such as a :pyobject:"
                    raise self.error(f"{message} ({error.msg})") from error
                block.children = [nodes.Text(block.rawsource)]
        return included


def setup(app: Sphinx) -> None:
    app.add_directive(
        "literalinclude", LiteralIncludeWithoutDocstring, override=True
    )
