"""What a page's executed code cells show, and where its blocks stand in the source.

MyST-NB leaves each visible cell in the doctree as a container; this module is the one place
that knows how such a container looks inside.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from docutils import nodes

from .sources import top_level_fences

# The key of a cell's metadata for the number of its outputs, also of those that nobody sees.
OUTPUTS = "nbpromises_outputs"
# The frames of IPython's tracebacks.
IN_CELL = re.compile(r"^ *Cell In\[(\d+)\], line (\d+)", re.MULTILINE)
IN_MODULE = re.compile(r"^ *File ([^\n]+?:\d+)(?:$|[ ,])", re.MULTILINE)
# Where authors change nothing.
LIBRARY = re.compile(r"/site-packages/|/lib/python3|^<")


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page's source; `first` and `last` are the lines of its two fences."""

    name: str
    content: str
    first: int
    last: int


def fences(source: str) -> list[Fence]:
    """List the directives that stand in fenced blocks at the top level of a page.

    >>> fences("# Title\\n\\n```{code-cell} ipython3\\n1 + 1\\n```\\n")
    [Fence(name='code-cell', content='1 + 1\\n', first=3, last=5)]
    """
    return [
        Fence(name[1], token.content, token.map[0] + 1, token.map[1])
        for token in top_level_fences(source)
        if token.map and (name := re.match(r"\s*\{(.+?)\}", token.info))
    ]


def fenced(info: str, text: str) -> str:
    """Return a text as a fenced block, with a fence longer than any in the text, also than a short one.

    >>> print(fenced("python", "1 + 1"))
    ```python
    1 + 1
    ```
    >>> print(fenced("", "``"))
    ````
    ``
    ````
    """
    fence = "```"
    while fence[1:] in text:
        fence += "`"
    return f"{fence}{info}\n{text}\n{fence}"


@dataclass(frozen=True)
class CodeCell:
    """A visible code cell, read from its container in the doctree."""

    node: nodes.container

    @property
    def index(self) -> int:
        """The position among all cells of the notebook, text cells included."""
        return int(self.node["cell_index"])

    @property
    def tags(self) -> list[str]:
        """The tags in the cell's metadata."""
        return [str(tag) for tag in self.node["cell_metadata"].get("tags", [])]

    @property
    def options(self) -> set[str]:
        """The names of MyST-NB's own options in the cell's metadata, such as "figure"."""
        return set(self.node["cell_metadata"].get("mystnb") or {})

    @property
    def is_hidden(self) -> bool:
        """Whether a tag or an option hides all outputs."""
        return bool(
            self.node["cell_metadata"].get(OUTPUTS) and not self._outputs()
        )

    @property
    def code(self) -> nodes.literal_block | None:
        """The block with the code of the cell, unless a tag removes it."""
        for part in self.node.children:
            if part.get("nb_element") == "cell_code_source":
                return next(part.findall(nodes.literal_block))
        return None

    @property
    def texts(self) -> list[nodes.literal_block]:
        """The blocks with the text output of the cell, without descriptions of its figures."""
        return [
            block
            for output in self._outputs()
            if output not in self.drawings
            for block in output.findall(nodes.literal_block)
        ]

    @property
    def svg_images(self) -> list[nodes.image]:
        """The SVG pictures among the drawings."""
        return [
            image
            for drawing in self.drawings
            if (alternative := _by_type(drawing).get("image/svg+xml"))
            for image in alternative.findall(nodes.image)
        ]

    @property
    def printed(self) -> str:
        """The text output of the cell: streams, text results, descriptions of its figures."""
        texts = []
        for output in self._outputs():
            if isinstance(output, nodes.literal_block):
                texts.append(output.rawsource or output.astext())
            elif text := _by_type(output).get("text/plain"):
                texts.append(text.astext() + "\n")
        return "".join(texts)

    @property
    def rich(self) -> list[str]:
        """The MIME types of visible results that are neither text nor pictures, such as HTML."""
        kinds = {kind for each in self._outputs() for kind in _by_type(each)}
        pictures = set(filter(_is_picture, kinds))
        return sorted(kinds - pictures - {"text/plain"})

    @property
    def error(self) -> str | None:
        """The name, message and place of the error that the cell raised, or None."""
        for output in self._outputs():
            if "traceback" in output.get("classes", []):
                text = output.astext().strip()
                last = text.rpartition("Traceback (most recent call last)")[2]
                said = re.search(r"^\w+(: .*)?\Z|^\w+: .*", last, re.M | re.S)
                message = said[0] if said else text.splitlines()[-1]
                frames = last[: said.start()] if said else last
                has_lines = self.code and not self.code.astext().startswith(
                    "%%"
                )
                return message + _place(frames, in_cell=bool(has_lines))
        return None

    @property
    def drawings(self) -> list[nodes.Element]:
        """The outputs that show a picture."""
        outputs = self._outputs()
        return [
            each for each in outputs if any(map(_is_picture, _by_type(each)))
        ]

    def followers(
        self, belongs: Callable[[nodes.Node], bool]
    ) -> list[nodes.Element]:
        """Return the siblings right after the cell, up to the first that does not belong to it."""
        siblings = self.node.parent.children
        after = siblings[siblings.index(self.node) + 1 :]
        return list(takewhile(belongs, after))

    def _outputs(self) -> list[nodes.Element]:
        return [
            output
            for part in self.node.children
            if part.get("nb_element") == "cell_code_output"
            for output in part.children
        ]


def code_cells(document: nodes.document) -> Iterator[CodeCell]:
    """Find the code cells that a reader sees, in the order of the page."""
    for container in document.findall(nodes.container):
        if container.get("nb_element") == "cell_code":
            yield CodeCell(container)


def _place(traceback: str, *, in_cell: bool) -> str:
    """Name the last line of the cell that raised an error, and the last one of the author's own modules.

    >>> traceback = "Cell In[1], line 2\\nFile ~/book/helper.py:3, in f(x)"
    >>> _place(traceback, in_cell=True)
    ' (line 2 of the cell; ~/book/helper.py:3)'
    >>> _place("Cell In[2], line 9\\nCell In[2], line 4, in f()\\nCell In[1], line 3, in g()", in_cell=True)
    ' (line 4 of the cell)'
    """
    cells = IN_CELL.findall(traceback) if in_cell else []
    # Functions may be those of other cells.
    own = [line for number, line in cells if number == cells[0][0]]
    lines = [f"line {line} of the cell" for line in own[-1:]]
    modules = [
        each
        for each in IN_MODULE.findall(traceback)
        if not LIBRARY.search(each)
    ]
    places = lines + modules[-1:]
    return f" ({'; '.join(places)})" if places else ""


def _by_type(output: nodes.Element) -> dict[str, nodes.Element]:
    """Return the alternatives of a result by their MIME types; a stream has none."""
    return {
        child["mime_type"]: child
        for child in output.children
        if isinstance(child, nodes.Element) and "mime_type" in child
    }


def _is_picture(kind: str) -> bool:
    return kind.startswith("image/")
