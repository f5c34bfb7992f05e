"""The directive `{expected-output}`: what the code cell above it must print.

The promise itself is not rendered; a reader sees what the cell printed in this build. A cell that
prints without a promise, a promise that is not kept, and a cell that raises are errors, and the
build fails, whatever its warning options, until they are mended. A cell whose output cannot be
promised says why in a tag: ``:tags: ["unchecked: it measures time"]``.

With the configuration value `accept_outputs` set, promises are rewritten to what was printed; with
`promises_report`, a file of that name gets the result of each as JUnit's XML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from code_cells import CodeCell, Fence, code_cells, fenced, fences
from compare_output import accepted, explain, is_kept, normalized
from junit_report import Result, write_report
from output_figure import is_output_figure

logger = logging.getLogger(__name__)

UNCHECKED = "unchecked"


class ExpectedOutput(nodes.Invisible, nodes.Element):
    """Marks the place of a promise in the doctree until it has been checked."""


def is_promise(node: nodes.Node) -> bool:
    """Tell whether a node marks a promise."""
    return isinstance(node, ExpectedOutput)


class ExpectedOutputDirective(SphinxDirective):
    """Promise what the code cell above prints; the text itself is read from the page's source."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Leave a mark."""
        return [ExpectedOutput()]


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of the source lines from `first` up to, not including, `end`."""

    first: int
    end: int
    text: str


@dataclass
class PageCheck:
    """What came of checking one page."""

    results: list[Result] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    @property
    def broken(self) -> int:
        """How much is wrong."""
        return sum(bool(result.failure) for result in self.results)

    @property
    def kept(self) -> int:
        """How many promises hold."""
        return len(self.results) - self.broken


def page_checks(env: BuildEnvironment) -> dict[str, PageCheck]:
    """Return the checks of all pages; they live in the environment, with the pages themselves."""
    if not hasattr(env, "expected_output_checks"):
        env.expected_output_checks = {}
    checks: dict[str, PageCheck] = env.expected_output_checks
    return checks


class CheckPromises(SphinxTransform):
    """Compare each cell's text with the promise behind it, then drop the promises."""

    # Before Sphinx translates, so that pages are compared as they were written.
    default_priority = 9

    def apply(self, **kwargs: object) -> None:
        """Check one page."""
        promises = list(self.document.findall(ExpectedOutput))
        cells = list(code_cells(self.document))
        if promises or cells:
            self._source = Path(self.env.doc2path(self.env.docname))
            self._check = PageCheck()
            self._check_page(cells, promises)
            page_checks(self.env)[self.env.docname] = self._check
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
                # What follows was not run.
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
        elif cell.rich:
            self._error(
                cell_block.first,
                f"the cell shows {', '.join(cell.rich)}, which no promise can hold; "
                "print text instead",
            )
        elif unchecked:
            if not unchecked[0].partition(":")[2].strip():
                self._error(
                    cell_block.first,
                    f'the tag must say why, as in "{UNCHECKED}: it measures time"',
                )
            for promise in promises:
                self._error(
                    promise.first, f"the cell above is tagged {UNCHECKED!r}"
                )
        elif len(promises) > 1:
            self._error(
                promises[1].first, "the cell above has its promise already"
            )
        elif promises:
            self._compare(promises[0], printed)
        elif printed:
            self._check.edits.append(
                Edit(
                    cell_block.last + 1,
                    cell_block.last + 1,
                    "\n" + _fenced(printed),
                )
            )
            self._error(
                cell_block.first,
                "the cell prints, but no {expected-output} follows it:\n"
                + indent(printed, "+ "),
            )

    def _compare(self, promise: Fence, printed: str) -> None:
        if not printed:
            self._check.edits.append(Edit(promise.first, promise.last + 1, ""))
            self._error(
                promise.first,
                "the cell above prints nothing, which was promised otherwise",
            )
        elif is_kept(promise.content, printed):
            self._check.results.append(Result(promise.first))
        else:
            text = _fenced(accepted(promise.content, printed))
            self._check.edits.append(
                Edit(promise.first, promise.last + 1, text)
            )
            self._error(
                promise.first,
                "the cell above prints something else than promised (- promised, + printed):\n"
                + explain(promise.content, printed),
            )

    def _error(self, line: int, message: str) -> None:
        self._check.results.append(Result(line, message))
        if not self.config.accept_outputs:
            logger.error(message, location=f"{self._source}:{line}")


def _raises(cell: CodeCell) -> bool:
    return cell.error is not None and "raises-exception" not in cell.tags


def _fenced(text: str) -> str:
    return fenced("{expected-output}", text) + "\n"


def with_edits(source: str, edits: list[Edit]) -> str:
    """Apply edits to a text by position, last first, so that none moves the lines of another.

    >>> with_edits("a\\nb\\nc\\n", [Edit(1, 2, "A\\n"), Edit(3, 4, "")])
    'A\\nb\\n'
    """
    lines = source.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        lines[edit.first - 1 : edit.end - 1] = [edit.text]
    return "".join(lines)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Accept, or count the promises and fail the build if one is broken."""
    if exception:
        return
    checks = page_checks(app.env)
    if app.config.accept_outputs:
        for docname, check in checks.items():
            if check.edits:
                page = Path(app.env.doc2path(docname))
                page.write_text(
                    with_edits(page.read_text(encoding="utf-8"), check.edits),
                    encoding="utf-8",
                )
                print(f"{docname}: {len(check.edits)} accepted")
        return
    checks = {
        name: check for name, check in sorted(checks.items()) if check.results
    }
    if app.config.promises_report:
        root = Path(app.confdir)
        write_report(
            root / app.config.promises_report,
            {
                Path(app.env.doc2path(docname))
                .relative_to(root)
                .as_posix(): check.results
                for docname, check in checks.items()
            },
        )
        for docname, check in checks.items():
            print(f"{docname}: {check.kept} kept, {check.broken} broken")
    kept = sum(check.kept for check in checks.values())
    broken = sum(check.broken for check in checks.values())
    # Also in a quiet build: a check that says nothing might have had nothing to check.
    print(f"{kept} promises kept, {broken} broken, on {len(checks)} pages")
    if broken:
        app.statuscode = 1


def forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop the check of a page that is about to be read again."""
    page_checks(env).pop(docname, None)


def merge_checks(
    app: Sphinx,
    env: BuildEnvironment,
    docnames: set[str],
    other: BuildEnvironment,
) -> None:
    """Take over the checks that another reading process made."""
    page_checks(env).update(
        {
            name: check
            for name, check in page_checks(other).items()
            if name in docnames
        }
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_config_value("accept_outputs", False, "env", bool)
    app.add_config_value("promises_report", "", "", str)
    app.add_node(ExpectedOutput)
    app.add_directive("expected-output", ExpectedOutputDirective)
    app.add_transform(CheckPromises)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-merge-info", merge_checks)
    app.connect("build-finished", finish)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
