"""What other modules may know of execution: which pages have records, and what they show."""

import sys
from pathlib import Path
from typing import Any

from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook
from sphinx.environment import BuildEnvironment

from ..cells import OUTPUTS
from .dependencies import digest_file
from .messages import Cell, Output, failed
from .store import Page, read_record

# The key of Sphinx's metadata of a page, which it forgets when it reads the page again.
DOUBT = "nbpromises_doubt"


def record_files(env: BuildEnvironment) -> dict[str, str]:
    """Return the file of each executed page's record, by the name of the page."""
    files: dict[str, str] = env.__dict__.setdefault("nbpromises_records", {})
    return files


def glued_values(env: BuildEnvironment, docname: str) -> dict[str, str]:
    """Return what a page's cells glued, as text, by its keys."""
    record = read_record(Path(record_files(env)[docname]))
    outputs = (
        [each for cell in record.outputs for each in cell] if record else []
    )
    values = {}
    for output in outputs:
        if glued := output.get("metadata", {}).get("scrapbook"):
            text = output["data"].get(f"{glued['mime_prefix']}text/plain", "")
            values[glued["name"]] = text
    return values


def distrust(env: BuildEnvironment, docname: str) -> None:
    """Let the next build execute a page again if nobody has edited it until then.

    For a page that broke a promise: its run may have been disturbed, because a process that it had
    started was killed or got no time.
    """
    record = record_files(env)[docname]
    env.metadata[docname][DOUBT] = record, digest_file(env.doc2path(docname))


def is_doubted(env: BuildEnvironment, docname: str, record: str) -> bool:
    """Return whether `distrust` was called for this run and this text of a page."""
    source = digest_file(env.doc2path(docname))
    return bool(env.metadata[docname].get(DOUBT) == (record, source))


def myst(env: BuildEnvironment) -> Any:
    """Return the environment with the attributes that MyST adds, which Sphinx does not declare."""
    return env


def read_notebook(text: str, config: MdParserConfig, path: str) -> NotebookNode:
    """Read a page as MyST-NB does, without outputs."""
    notebook: NotebookNode = read_myst_markdown_notebook(
        text, config=config, add_source_map=True, path=path
    )
    return notebook


def read_nothing(text: str) -> NotebookNode:
    """Return an empty notebook, in place of a page whose cells cannot be read."""
    notebook: NotebookNode = new_notebook()
    return notebook


def read_executed(
    text: str, config: MdParserConfig, path: str, record: str, docname: str
) -> NotebookNode:
    """Read a page with the outputs in a record, up to a cell that failed.

    MyST-NB calls this for each page, as a reader of a custom format.
    """
    notebook = read_notebook(text, config, path)
    kept = read_record(Path(record))
    if kept is None:
        raise OSError(f"the outputs in {record} were damaged during this build")
    language = {"name": "python", "pygments_lexer": "ipython3"}
    notebook.metadata.language_info = from_dict(language)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    page = Page(docname, Path(path), list(map(as_cell, code)))
    if page.digest not in Path(record).name:
        # Sphinx would print a traceback for any exception.
        fault = (
            "edited during this build, or by a handler of Sphinx's source-read"
        )
        sys.exit(f"{path}:1: ERROR: {fault}; build again without either")
    for count, (cell, outputs) in enumerate(
        zip(code, kept.outputs, strict=False), start=1
    ):
        cell.execution_count = count
        cell.outputs = from_dict(outputs)
        shown = [each for each in outputs if not _is_glued(each)]
        cell.metadata[OUTPUTS] = len(shown)
        if failed(as_cell(cell), outputs):
            # A tag such as "remove-cell", or an option, would hide the error.
            cell.metadata.tags = []
            cell.metadata.mystnb = {"remove_code_outputs": False}
    return notebook


def _is_glued(output: Output) -> bool:
    """Return whether an output is stored by `glue`, which shows it elsewhere."""
    return "scrapbook" in output.get("metadata", {})


def as_cell(cell: NotebookNode) -> Cell:
    """Return what a page's process must know of a code cell."""
    tags = cell.metadata.get("tags", [])
    source = "" if "skip-execution" in tags else cell.source
    return Cell(source, may_fail="raises-exception" in tags)
