"""Execute the pages whose outputs are not known, and give every page its outputs.

MyST-NB can execute pages too, but each for itself: every page in every language starts a kernel,
which imports TensorFlow. Here, all that must be executed is executed before any page is read, once
for all languages, in processes forked from one that has imported TensorFlow already; MyST-NB then
reads notebooks that are complete. What a run used is noted, and its outputs serve for as long as
none of that changes.
"""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from myst_nb.core.read import (
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode, from_dict
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from dependencies import Dependencies, libraries_of, observe
from expected_output import page_checks
from output_store import OutputStore, Record, read_record
from page_process import Cell, Run, failed, prepare, run_page


@dataclass(frozen=True)
class Page:
    """A page with code cells."""

    docname: str
    path: Path
    cells: list[Cell]

    @property
    def digest(self) -> str:
        """Identify the page and its cells; prose does not count."""
        content = repr((self.docname, self.cells))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def read_notebook(text: str, config: MdParserConfig, path: str) -> NotebookNode:
    """Read a page as MyST-NB does."""
    return read_myst_markdown_notebook(
        text, config=config, add_source_map=True, path=path
    )


def read_executed(
    text: str, config: MdParserConfig, path: str, record: str
) -> NotebookNode:
    """Read a page with the outputs of a record, as far as its run came."""
    notebook = read_notebook(text, config, path)
    kept = read_record(Path(record))
    if kept is None:
        raise OSError(f"the outputs in {record} were damaged during this build")
    notebook.metadata.language_info = from_dict(
        {"name": "python", "pygments_lexer": "ipython3"}
    )
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, (cell, outputs) in enumerate(
        zip(code, kept.outputs, strict=False), start=1
    ):
        cell.execution_count = count
        cell.outputs = from_dict(outputs)
        if failed(_cell(cell), outputs):
            # Where it was hidden, nobody would notice.
            cell.metadata.tags = []
    return notebook


def records(env: BuildEnvironment) -> dict[str, str]:
    """Return the file of each executable page's outputs, by the name of the page."""
    if not hasattr(env, "executed_outputs"):
        env.executed_outputs = {}
    found: dict[str, str] = env.executed_outputs
    return found


def find_stale_pages(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Name the pages that would print something else today, though their text is the same."""
    root = Path(app.confdir)
    kept = {
        docname: _dependencies(root / path)
        for docname, path in records(env).items()
        if docname not in added | changed | removed
    }
    # One look serves all pages, which share most of what they depend on.
    known = [each for each in kept.values() if each]
    observed = observe(
        root,
        {name for each in known for name in each.files},
        {name for each in known for name in each.versions},
    )
    return [
        docname
        for docname, dependencies in kept.items()
        if not (dependencies and dependencies.among(observed))
    ]


def execute_pages(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Find or make the outputs of the pages that are about to be read."""
    root = Path(app.confdir)
    folder = root / app.config.executed_outputs
    folder.mkdir(parents=True, exist_ok=True)
    pages = [page for name in docnames if (page := _page(env, name))]
    # The builds of all languages meet here: the first one executes, the others find.
    with FileLock(folder / "lock"):
        store = OutputStore(folder, root)
        found = {}
        missing = []
        for page in pages:
            record = store.find(page.digest)
            if record is None or _is_doubtful(app, env, page, record):
                missing.append(page)
            else:
                found[page.docname] = record
        if missing:
            found |= _execute(app, store, missing)
        store.clean_up()
    env.executed_now = len(missing)
    for docname, record in found.items():
        records(env)[docname] = record.relative_to(root).as_posix()
    # MyST-NB takes a page's reader by the end of its path; the whole path ends only one.
    env.mystnb_config = env.mystnb_config.copy(
        custom_formats={
            str(page.path): (
                f"{__name__}.{read_executed.__name__}",
                {
                    "config": env.myst_config,
                    "path": str(page.path),
                    "record": str(found[page.docname]),
                },
            )
            for page in pages
        }
    )


def _is_doubtful(
    app: Sphinx, env: BuildEnvironment, page: Page, record: Path
) -> bool:
    """Tell whether a page that nobody edited since broke its promises with this record.

    Its run may have been disturbed: a process that it had started was killed, or had no time.
    """
    check = page_checks(env).get(page.docname)
    name = record.relative_to(app.confdir).as_posix()
    if not (check and check.broken and name == records(env).get(page.docname)):
        return False
    last_read = Path(app.doctreedir, ENV_PICKLE_FILENAME).stat().st_mtime_ns
    # The build of another language may have executed the page again already.
    return all(
        path.stat().st_mtime_ns < last_read for path in (page.path, record)
    )


def _page(env: BuildEnvironment, docname: str) -> Page | None:
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md" or not is_myst_markdown_notebook(text):
        return None
    notebook = read_notebook(text, env.myst_config, str(path))
    return Page(
        docname,
        path,
        [_cell(cell) for cell in notebook.cells if cell.cell_type == "code"],
    )


def _cell(cell: NotebookNode) -> Cell:
    tags = cell.metadata.get("tags", [])
    return Cell(cell.source, may_fail="raises-exception" in tags)


def _execute(
    app: Sphinx, store: OutputStore, pages: list[Page]
) -> dict[str, Path]:
    """Execute pages and keep their outputs.

    One page more at a time than there are processors, because some wait for processes of theirs.
    """
    prepare(Path(app.confdir), app.config.execution_preload)

    def execute(page: Page) -> Path:
        started = time.time_ns()
        run = run_page(
            page.cells,
            page.path.parent,
            Path(app.confdir),
            app.config.nb_execution_timeout,
        )
        print(f"executed {page.docname} in {run.seconds:.1f} s", flush=True)
        return store.save(page.digest, _record(app, page, run, started))

    with ThreadPoolExecutor(1 + (os.cpu_count() or 1)) as threads:
        return dict(
            zip(
                [page.docname for page in pages],
                threads.map(execute, pages),
                strict=True,
            )
        )


def _record(app: Sphinx, page: Page, run: Run, started: int) -> Record:
    root = Path(app.confdir)
    complete = run.used and not any(
        failed(cell, outputs)
        for cell, outputs in zip(page.cells, run.outputs, strict=False)
    )
    # A file that was edited meanwhile may or may not be what ran.
    if not complete or any(
        (root / name).stat().st_mtime_ns >= started for name in run.used.files
    ):
        return Record(run.outputs, None)
    pages = Path(app.srcdir).relative_to(root).as_posix()
    return Record(
        run.outputs,
        observe(root, [*run.used.files, pages], libraries_of(run.used.modules)),
    )


def _dependencies(path: Path) -> Dependencies | None:
    record = read_record(path)
    return record and record.dependencies


def forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop the record of a page that was removed or has no cells any more."""
    if docname not in env.found_docs:
        records(env).pop(docname, None)


def summarize(app: Sphinx, exception: Exception | None) -> None:
    """Say how many pages were executed, also in a quiet build."""
    if exception is None:
        executed = getattr(app.env, "executed_now", 0)
        kept = len(records(app.env)) - executed
        print(f"{executed} pages executed, {kept} taken from the cache")


def move_output_folder(app: Sphinx) -> None:
    """Keep MyST-NB's working copies out of the published folder, and those of each language apart.

    MyST-NB offers this setting to docutils only; Sphinx gets a folder beside the output's.
    """
    app.env.mystnb_config = app.env.mystnb_config.copy(
        output_folder=str(Path(app.doctreedir, "executed"))
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_config_value("executed_outputs", "_build/executed", "", str)
    app.add_config_value("execution_preload", [], "", list)
    # After MyST-NB has made its configuration.
    app.connect("builder-inited", move_output_folder, priority=900)
    app.connect("env-get-outdated", find_stale_pages)
    app.connect("env-before-read-docs", execute_pages)
    app.connect("env-purge-doc", forget_page)
    app.connect("build-finished", summarize)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
