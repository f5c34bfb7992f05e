"""The option `:without-docstring:` of `{literalinclude}`: show included code without docstrings.

On a page, the words around the code explain it; what docstrings say stands in the API reference.
"""

import ast
from io import StringIO
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude
from sphinx.util.typing import OptionSpec

DOCUMENTED = ast.ClassDef | ast.FunctionDef | ast.Module


def without_docstrings(source: str) -> str:
    """Drop the docstrings of a piece of Python code, and the empty line after each.

    >>> without_docstrings('def f():\\n    "Say one."\\n\\n    return 1\\n')
    'def f():\\n    return 1\\n'
    """
    # Not splitlines(), which splits at characters that are no line ends in Python.
    lines = list(StringIO(source))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            start = node.body[0].lineno - 1
            end = node.body[0].end_lineno or start
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
        if "without-docstring" in self.options:
            for top in included:
                for block in top.findall(nodes.literal_block):
                    block.rawsource = without_docstrings(block.astext())
                    block.children = [nodes.Text(block.rawsource)]
        return included


def setup(app: Sphinx) -> None:
    app.add_directive(
        "literalinclude", LiteralIncludeWithoutDocstring, override=True
    )
