"""The option `:without-docstring:` of `{literalinclude}`: show included code without docstrings.

On a page, the words around the code explain it; what docstrings say stands in the API reference.
"""

import ast
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude
from sphinx.util.typing import OptionSpec


def without_docstrings(source: str) -> str:
    """Drop the docstrings of a piece of Python code, and the empty line after each.

    >>> without_docstrings('def f():\\n    "Say one."\\n    return 1\\n')
    'def f():\\n    return 1\\n'
    """
    lines = source.splitlines(keepends=True)
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module):
            continue
        if ast.get_docstring(node) is not None:
            docstring = node.body[0]
            end = docstring.end_lineno or docstring.lineno
            dropped.update(range(docstring.lineno - 1, end))
            if end < len(lines) and not lines[end].strip():
                dropped.add(end)
    return "".join(
        line for number, line in enumerate(lines) if number not in dropped
    )


class LiteralIncludeWithoutDocstring(LiteralInclude):
    """Sphinx's own directive with one option more."""

    option_spec: ClassVar[OptionSpec] = {
        **LiteralInclude.option_spec,
        "without-docstring": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Include the code."""
        included = super().run()
        if "without-docstring" in self.options:
            for top in included:
                for block in top.findall(nodes.literal_block):
                    block.rawsource = without_docstrings(block.astext())
                    block.children = [nodes.Text(block.rawsource)]
        return included


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive(
        "literalinclude", LiteralIncludeWithoutDocstring, override=True
    )
