"""The last cell of a notebook: are the results those of the book, and do versions differ?"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from nbformat import NotebookNode

from nbpromises.cells import fences

# What outputs depend on.
LIBRARIES = "tensorflow", "keras", "numpy", "matplotlib"
# As in `linear_tutorial.notebook`, which imports TensorFlow: a build does not import it.
_NUMBER = re.compile(
    r"(?<![\w.])[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]{1,3})?|nan|inf)(?!\w)",
    re.IGNORECASE | re.ASCII,
)


def promises(page: str) -> list[str]:
    r"""Return the promise of each code cell in the source of a page, or "" for a cell without one.

    >>> promises("```{code-cell}\n1\n```\n\n```{expected-output}\n1\n```\n\n```{code-cell}\n```\n")
    ['1\n', '']
    """
    found: list[str] = []
    for fence in fences(page):
        if fence.name == "code-cell":
            found.append("")
        elif fence.name == "expected-output":
            found[-1] = fence.content
    return found


def last_cell(
    cells: Iterable[tuple[NotebookNode, str]], words: dict[str, Any]
) -> str:
    """Return code that names the results which differ from the promised ones, and the versions.

    `cells` are those of the notebook, each with its promise; `words` are those of the edition.
    """
    of_book = "".join(
        f'    {library}: "{version(library)}",\n' for library in LIBRARIES
    )
    code = (
        f"import {', '.join(sorted(LIBRARIES))}\n"
        "\n"
        f"versions = {{\n{of_book}}}\n"
        "for library, version in versions.items():\n"
        f"    print(f{literal(words['versions'])})"
    )
    if numbers := "\n".join(results(cells)):
        code += (
            "\n\n"
            "from linear_tutorial import notebook\n\n"
            f'same, others = notebook.compare("""\n{numbers}\n""")\n'
            f"print(f{literal(words['compared'])})\n"
            "for cell, number in others:\n"
            f"    print(f{literal(words['other_result'])})"
        )
    return code


def literal(text: str) -> str:
    """Return a text as a literal of Python; with an `f` before it, its fields are filled in.

    >>> literal('“{cell}” is "new"')
    '"“{cell}” is \\\\"new\\\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def results(cells: Iterable[tuple[NotebookNode, str]]) -> Iterator[str]:
    """Yield a line for each cell that promises numbers, as `linear_tutorial.notebook.compare` reads it.

    Descriptions of figures and messages of errors are not printed: cells with them are left out.
    """
    for cell, promise in cells:
        numbers = _NUMBER.findall(promise)
        kinds = {output.output_type for output in cell.outputs}
        if numbers and kinds <= {"stream", "execute_result"}:
            digest = zlib.crc32(cell.source.strip().encode())
            yield f"{digest:08x} {' '.join(numbers)}"
