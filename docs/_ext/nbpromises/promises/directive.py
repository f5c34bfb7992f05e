"""The directive `{expected-output}`: what the code cell above it must print.

The promise itself is not rendered; a reader sees what the cell printed in this build. A cell that
prints without a promise, a promise that is not kept, and a cell that raises are errors: they fail the
build even without `-W`. A cell whose output cannot be promised says why in a tag:
``:tags: ["unchecked: it measures time"]``.
"""

from pathlib import Path
from textwrap import indent

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ..cells import CodeCell, Fence, code_cells, fenced, fences
from ..execution.records import distrust, record_files
from ..order import CHECK_PROMISES
from .accept import Edit
from .compare import accepted, explain, is_kept, normalized, without_addresses
from .figures import is_output_figure
from .report import PageCheck, Result, page_checks

logger = logging.getLogger(__name__)

UNCHECKED = "unchecked"


class ExpectedOutput(nodes.Invisible, nodes.Element):
    """Marks the place of a promise in the doctree until it has been checked."""


def is_promise(node: nodes.Node) -> bool:
    """Return whether a node marks a promise."""
    return isinstance(node, ExpectedOutput)


class ExpectedOutputDirective(SphinxDirective):
    """Promise what the code cell above prints; the text itself is read from the page's source."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a placeholder, which `CheckPromises` compares with the output and removes."""
        return [ExpectedOutput()]


class CheckPromises(SphinxTransform):
    """Compare each cell's text with the promise behind it, then drop the promises."""

    default_priority = CHECK_PROMISES

    def apply(self, **kwargs: object) -> None:
        """Check one page."""
        promises = list(self.document.findall(ExpectedOutput))
        cells = list(code_cells(self.document))
        docname = self.env.docname
        self._source = Path(self.env.doc2path(docname))
        self._check = PageCheck()
        if docname in record_files(self.env):
            self._check_page(cells, promises)
            if self._check.broken:
                distrust(self.env, docname)
        elif promises:
            self._error(1, "this page has promises, but was not executed")
        if promises or cells:
            page_checks(self.env)[docname] = self._check
        for promise in promises:
            promise.parent.remove(promise)

    def _check_page(
        self, cells: list[CodeCell], promises: list[ExpectedOutput]
    ) -> None:
        blocks = fences(self._source.read_text(encoding="utf-8"))
        promised_blocks = [
            block for block in blocks if block.name == "expected-output"
        ]
        if len(promised_blocks) != len(promises):
            self._error(
                1,
                "an {expected-output} is nested in another block, or included",
            )
            return
        block_of = dict(zip(promises, promised_blocks, strict=True))
        start_of_cells = self.env.metadata[self.env.docname].get(
            "source_map", []
        )

        for cell in cells:
            first = start_of_cells[cell.index]
            (cell_block,) = [block for block in blocks if block.first == first]
            followers = cell.followers(
                lambda node: is_promise(node) or is_output_figure(node)
            )
            mine = [
                block_of.pop(node) for node in followers if is_promise(node)
            ]
            self._check_cell(cell, cell_block, mine)
            if _raises(cell):
                # The cells below did not run.
                return

        for block in block_of.values():
            self._error(
                block.first,
                "this {expected-output} does not follow a code cell",
            )

    def _check_cell(
        self, cell: CodeCell, cell_block: Fence, promises: list[Fence]
    ) -> None:
        printed = normalized(cell.printed)
        unchecked = [
            tag for tag in cell.tags if tag.partition(":")[0] == UNCHECKED
        ]
        if _raises(cell):
            self._error(cell_block.first, f"the cell raises {cell.error}")
        elif unchecked:
            if not unchecked[0].partition(":")[2].strip():
                self._error(
                    cell_block.first,
                    f'the tag must say why, as in "{UNCHECKED}: it measures time"',
                )
            for promise in promises:
                self._error(
                    promise.first,
                    f"the cell above is tagged {UNCHECKED!r}; remove the tag or this promise",
                )
        elif cell.rich:
            self._error(
                cell_block.first,
                f"the cell shows {', '.join(cell.rich)}, which no promise can hold; "
                "print text instead",
            )
        elif len(promises) > 1:
            self._error(
                promises[1].first, "the cell above has its promise already"
            )
        elif promises:
            self._compare(promises[0], printed)
        elif printed:
            end = cell_block.last + 1
            self._error(
                cell_block.first,
                "the cell prints, but no {expected-output} follows it:\n"
                + indent(printed, "+ "),
                Edit(end, end, "\n" + _fenced(printed)),
            )

    def _compare(self, promise: Fence, printed: str) -> None:
        end = promise.last + 1
        if not printed:
            self._error(
                promise.first,
                "the cell above prints nothing, but this {expected-output} promises text",
                Edit(promise.first, end, ""),
            )
        elif is_kept(promise.content, printed):
            self._check.results.append(Result(promise.first))
        else:
            text = _fenced(accepted(promise.content, printed))
            self._error(
                promise.first,
                "the cell above prints something else than promised (- promised, + printed):\n"
                + explain(promise.content, printed),
                Edit(promise.first, end, text),
            )

    def _error(
        self, line: int, message: str, remedy: Edit | None = None
    ) -> None:
        """Record a failure at a line; `remedy` is the edit that `nbpromises_accept` applies."""
        self._check.results.append(Result(line, message))
        if remedy:
            self._check.edits.append(remedy)
        if not (self.config.nbpromises_accept and remedy):
            logger.error(message, location=f"{self._source}:{line}")


def _raises(cell: CodeCell) -> bool:
    return cell.error is not None and "raises-exception" not in cell.tags


def _fenced(text: str) -> str:
    return fenced("{expected-output}", without_addresses(text)) + "\n"
