"""The directive `{expected-output}`: what the code cell above it must print.

The promise itself is not rendered; a reader sees what the cell printed in this build. A cell that
prints without a promise, a promise that is not kept, and a cell that raises are errors: they fail the
build even without `-W`. A cell whose output cannot be promised says why in a tag:
``:tags: ["unchecked: it measures time"]``.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import gettempdir
from textwrap import indent

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ..cells import CodeCell, Fence, code_cells, fenced, fences
from ..execution.records import distrust, glued_values, record_files
from ..order import CHECK_PROMISES
from ..sources import name_strange, read_source
from .compare import (
    accepted,
    explain,
    hint,
    is_kept,
    normalized,
    without_what_differs,
)
from .figures import is_output_figure
from .forecasts import Forecast, check_forecasts
from .report import RESULTS, Edit, Result

logger = logging.getLogger(__name__)

UNCHECKED = "unchecked"
# Tags with which MyST-NB leaves outputs out of the page.
REMOVING = {"remove-output", "remove_output", "remove-stdout"}
# All others that MyST-NB knows, which ignores a misspelt one.
TAGS = REMOVING | {
    *("hide-cell", "hide-input", "hide-output", "output_scroll"),
    *("raises-exception", "remove-cell", "remove-input", "remove-stderr"),
    *("remove_cell", "remove_input", "scroll-output", "skip-execution"),
}


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
        placeholder = ExpectedOutput()
        self.set_source_info(placeholder)
        return [placeholder]


class CheckPromises(SphinxTransform):
    """Compare each cell's text with the promise behind it, then drop the promises; check the forecasts."""

    default_priority = CHECK_PROMISES

    def apply(self, **kwargs: object) -> None:
        docname = self.env.docname
        path = Path(self.env.doc2path(docname))
        metadata = self.env.metadata[docname]
        promises = list(self.document.findall(ExpectedOutput))
        forecasts = list(self.document.findall(Forecast))
        results: list[Result] = []
        if docname in record_files(self.env):
            cells = list(code_cells(self.document))
            blocks = fences(read_source(path))
            lines = metadata.get("source_map", [])
            results += check_page(cells, promises, blocks, lines)
            if any(map(_raises, cells)):
                # The page was not executed to its end: accept must not touch it.
                results = [replace(each, remedy=None) for each in results]
            elif forecasts:
                glued = glued_values(self.env, docname)
                results += check_forecasts(forecasts, glued, blocks, path)
            if any(result.remedy for result in results):
                distrust(self.env, docname)
        elif promises or forecasts:
            unchecked = "this page has promises, but was not executed"
            results.append(Result(1, unchecked))
        metadata[RESULTS] = results
        for result in results:
            accepted = self.config.nbpromises_accept and result.remedy
            if result.failure and not accepted:
                logger.error(result.failure, location=f"{path}:{result.line}")
        for promise in promises:
            promise.parent.remove(promise)


def check_page(
    cells: list[CodeCell],
    promises: list[ExpectedOutput],
    blocks: list[Fence],
    first_lines: list[int],
) -> Iterator[Result]:
    """Check the cells of a page, up to one that raises an error.

    `blocks` are the fenced blocks of its source; `first_lines` has the line of each cell of the
    notebook, text cells included.
    """
    promised = [block for block in blocks if block.name == "expected-output"]
    if len(promised) != len(promises):
        nested = "an {expected-output} is nested in another block, included, or fenced by colons"
        places = {block.first for block in promised}
        lines = {
            promise.line or 1
            for promise in promises
            # Of an included one, the page has no line.
            if promise.source == promise.document["source"]
        }
        yield Result(min(lines - places, default=1), nested)
        return
    block_of = dict(zip(promises, promised, strict=True))
    cell_blocks = {block.first: block for block in blocks}
    if not {first_lines[cell.index] for cell in cells} <= cell_blocks.keys():
        moved = "its lines are not those of its file; does a handler of Sphinx's source-read change them?"
        yield Result(1, moved)
        return
    for cell in cells:
        followers = cell.followers(
            lambda node: is_promise(node) or is_output_figure(node)
        )
        mine = [block_of.pop(node) for node in followers if is_promise(node)]
        yield from check_cell(cell, cell_blocks[first_lines[cell.index]], mine)
        if _raises(cell):
            # The cells below did not run.
            return
    for block in block_of.values():
        message = "this {expected-output} does not follow a code cell; one with the tag remove-cell is not on the page"
        yield Result(block.first, message)


def check_cell(
    cell: CodeCell, block: Fence, promises: list[Fence]
) -> Iterator[Result]:
    """Check what a cell printed; `promises` are the blocks that follow it."""
    printed = normalized(cell.printed)
    for tag in sorted(set(cell.tags) - TAGS):
        for meant in get_close_matches(tag.casefold(), TAGS, 1, 0.75):
            message = f"there is no tag {tag!r}; do you mean {meant!r}?"
            yield Result(block.first, message)
    tags = [tag for tag in cell.tags if tag.partition(":")[0] == UNCHECKED]
    hidden = [tag for tag in cell.tags if tag in REMOVING]
    if _raises(cell):
        yield Result(block.first, f"the cell raises {cell.error}")
    elif hidden and promises:
        message = f"the tag {hidden[0]!r} hides what this promise is about"
        yield Result(promises[0].first, f"{message}; remove one of them")
    elif cell.is_hidden and promises:
        message = "a tag or an option hides what this promise is about, or MyST-NB shows no output of its type"
        yield Result(promises[0].first, f"{message}; remove one of them")
    elif "skip-execution" in cell.tags and promises:
        message = (
            "the cell above is not executed: it is tagged 'skip-execution'"
        )
        yield Result(
            promises[0].first, f"{message}; remove the tag or this promise"
        )
    elif tags:
        if not tags[0].partition(":")[2].strip():
            example = f'as in "{UNCHECKED}: it measures time"'
            yield Result(block.first, f"the tag must say why, {example}")
        for promise in promises:
            remedy = "remove the tag or this promise"
            message = f"the cell above is tagged {UNCHECKED!r}; {remedy}"
            yield Result(promise.first, message)
    elif cell.rich:
        kinds = ", ".join(cell.rich)
        message = f"the cell shows {kinds}, which no promise can hold"
        yield Result(block.first, f"{message}; print text instead")
    elif len(promises) > 1:
        message = "the cell above has its promise already"
        yield Result(promises[1].first, message)
    elif promises:
        yield check_promise(promises[0], printed)
    elif reason := unpromisable(printed):
        yield Result(block.first, f"the cell prints {reason}")
    elif printed:
        end = block.last + 1
        yield Result(
            block.first,
            "the cell prints, but no {expected-output} follows it:\n"
            + indent(printed, "+ "),
            Edit(end, end, "\n" + _fenced(printed)),
        )


def check_promise(promise: Fence, printed: str) -> Result:
    """Compare a promise with what the cell above it printed."""
    first, end = promise.first, promise.last + 1
    if is_kept(promise.content, printed) and printed:
        return Result(first)
    if reason := unpromisable(printed):
        details = explain(promise.content, printed)
        return Result(first, f"the cell above prints {reason}:\n{details}")
    if not printed:
        message = "the cell above prints nothing, but this {expected-output} promises text"
        return Result(first, message, Edit(first, end, ""))
    message = "the cell above prints something else than promised (- promised, + printed)"
    text = _fenced(accepted(promise.content, printed))
    details = explain(promise.content, printed)
    if rule := hint(promise.content, printed):
        details += f"\n({rule})"
    return Result(first, f"{message}:\n{details}", Edit(first, end, text))


def unpromisable(printed: str) -> str:
    """Return what of a printed text no promise can hold, with a remedy, or ""."""
    if strange := name_strange(printed):
        return f"{strange}, which no promise can hold; print its repr() instead"
    folders = {gettempdir(), str(Path.home()), str(Path.cwd()), sys.prefix}
    folders -= {"/", "/usr", "/usr/local"}
    places = "|".join(map(re.escape, folders))
    # A traceback shortens the home folder.
    inside = rf"(?<![\w.-])({places})(/[\w./-]*|(?!\w))|(?<=File )~/[\w./-]+"
    if path := re.search(inside, printed):
        return f"a path of this machine, {path[0]}; print its name alone, or promise ..."
    return ""


def _raises(cell: CodeCell) -> bool:
    return cell.error is not None and "raises-exception" not in cell.tags


def _fenced(text: str) -> str:
    return fenced("{expected-output}", without_what_differs(text)) + "\n"
