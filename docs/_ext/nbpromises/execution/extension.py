"""Execute stale pages, and hand the cached outputs of all pages to MyST-NB.

Stale pages are executed before Sphinx reads any page, once for all languages, in processes forked from
one that has imported the heavy libraries. MyST-NB then reads complete notebooks. The cached outputs of
a page are valid until something changes that its run used.
"""

import errno
import os
import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from filelock import AcquireReturnProxy, BaseFileLock, FileLock, Timeout
from myst_nb.core.read import (
    MystMetadataParsingError,
    _LoadFileParsingError,
    is_myst_markdown_notebook,
)
from nbformat import NotebookNode, ValidationError, reads
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from ..cells import fences
from ..order import WAITING
from ..sources import read_source
from .child import main as page_process
from .dependencies import (
    Dependencies,
    Project,
    changed_since,
    encode_names,
    libraries_of,
)
from .messages import Run, Task, failed
from .records import (
    as_cell,
    is_doubted,
    myst,
    read_executed,
    read_notebook,
    read_nothing,
    record_files,
)
from .run import kill_pages, run_page, start_fork_server, without_main
from .store import Page, Record, RecordStore
from .surroundings import influences, page_environment

logger = logging.getLogger(__name__)

# What is wrong in a cell's metadata; the last is a file that it cannot `:load:`.
UNREADABLE = MystMetadataParsingError, ValidationError, _LoadFileParsingError
FAILED = "it failed last time, or was interrupted"
STARTUP = Path(page_process.__file__).with_name("startup")


def find_stale_pages(
    app: Sphinx, env: BuildEnvironment, *_: set[str]
) -> list[str]:
    """Return the stale pages, edited or not: a dependency has changed, or no record holds."""
    files = record_files(env)
    for docname in files.keys() - env.found_docs:
        del files[docname]
    store = _store(app)
    return [name for name in files if store.differences(Path(files[name]))]


def execute_pages(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], *, older: set[Path]
) -> None:
    """Look up the cached outputs of the pages to be read, and execute the stale ones.

    `older` are the records that were there when this build began.
    """
    pages = [page for name in docnames if (page := _page(app, env, name))]
    if os.pathsep in str(app.confdir):
        text = f"Python cannot import from a folder with {os.pathsep!r} in its name"
        sys.exit(f"{app.confdir}: ERROR: {text}")
    try:
        store = _store(app, older)
        found, executed = _find_or_execute(app, env, store, pages, docnames)
    except (OSError, RuntimeError) as error:
        is_thread = "can't start new thread" in str(error)
        if isinstance(error, RuntimeError) and not is_thread:
            raise
        place = "nbpromises_folder"
        if "AF_UNIX" in str(error):
            # The fork server has its socket in TMPDIR, whose name may be too long for it.
            place = "TMPDIR"
        elif is_thread or getattr(error, "errno", None) == errno.EAGAIN:
            place = "too many processes or threads"
        # Sphinx would print a traceback for any exception.
        sys.exit(f"{place}: ERROR: {error}")
    for name in docnames:
        record_files(env).pop(name, None)
    record_files(env).update({name: str(path) for name, path in found.items()})
    _register_readers(env, pages, found)
    if executed:
        _report_pages_behind(app, env, executed)
    # In quiet builds too.
    kept = len(record_files(env)) - len(executed)
    print(f"{len(executed)} pages executed, {kept} taken from the cache")


def _report_pages_behind(
    app: Sphinx, env: BuildEnvironment, executed: set[str]
) -> None:
    """Report pages taken from the cache that use what other pages have written in this build."""
    store = _store(app)
    for name, path in record_files(env).items():
        reasons = [] if name in executed else store.differences(Path(path))
        if reasons:
            message = f"{', '.join(reasons)} while other pages were executed: build again"
            logger.error(message, location=(name, 1))


def _find_or_execute(
    app: Sphinx,
    env: BuildEnvironment,
    store: RecordStore,
    pages: list[Page],
    docnames: list[str],
) -> tuple[dict[str, Path], set[str]]:
    """Return the files of the records of pages, and the pages that were executed for it."""
    folder = _folder(app)
    folder.mkdir(parents=True, exist_ok=True)
    # All editions share this folder: the first to get the lock executes, the others find its records.
    with _acquire(app, FileLock(folder / "lock"), docnames):
        found = {}
        stale = []
        for page in pages:
            record, reason = store.find(page)
            if record and is_doubted(env, page.docname, str(record)):
                record, reason = None, "it broke a promise last time"
            if record:
                found[page.docname] = record
            else:
                stale.append((page, reason))
        if stale:
            found |= _execute(app, store, stale, docnames)
        known = map(Path, record_files(env).values())
        store.clean_up({*found.values(), *known})
    return found, {page.docname for page, _ in stale}


def _acquire(
    app: Sphinx, lock: BaseFileLock, docnames: list[str]
) -> AcquireReturnProxy[BaseFileLock]:
    """Acquire a lock; if another build has it, emit the event for this first."""
    try:
        return lock.acquire(blocking=False)
    except Timeout:
        app.emit(WAITING, docnames)
        return lock.acquire()


def _register_readers(
    env: BuildEnvironment, pages: list[Page], found: dict[str, Path]
) -> None:
    """Register `read_executed` with MyST-NB as the reader of each of these pages."""
    for page in pages:
        arguments = {
            "config": myst(env).myst_config,
            "path": str(page.path),
            "record": str(found[page.docname]),
            "docname": page.docname,
        }
        _register_reader(env, page.path, read_executed, arguments)


def _register_reader(
    env: BuildEnvironment,
    path: Path,
    reader: Callable[..., NotebookNode],
    arguments: dict[str, object],
) -> None:
    """Register the reader of one page; the site's own custom formats stay registered."""
    # MyST-NB picks a reader by the suffix of a path; a full path is the suffix of one page only.
    name = f"{reader.__module__}.{reader.__name__}"
    config = myst(env).mystnb_config
    formats = {**config.custom_formats, str(path): (name, arguments, False)}
    myst(env).mystnb_config = config.copy(custom_formats=formats)


def _page(app: Sphinx, env: BuildEnvironment, docname: str) -> Page | None:
    """Return a page if it is a text notebook that is to be executed."""
    excluded = app.config.nb_execution_excludepatterns
    path = Path(env.doc2path(docname))
    try:
        text = read_source(path)
    except UnicodeDecodeError as error:
        # Sphinx would end as well, with a traceback.
        line = error.object.count(b"\n", 0, error.start) + 1
        sys.exit(f"{path}:{line}: ERROR: not written in UTF-8")
    if path.suffix == ".ipynb" and (unreadable := _notebook_fault(text)):
        line, fault = unreadable
        logger.error(fault, location=f"{path}:{line}")
        _register_reader(env, path, read_nothing, {})
    if (
        path.suffix != ".md"
        or not is_myst_markdown_notebook(text)
        or any(path.match(pattern) for pattern in filter(None, excluded))
    ):
        return None
    try:
        notebook = read_notebook(text, myst(env).myst_config, str(path))
    except UNREADABLE as error:
        line, fault = _metadata_fault(env, path, text, error)
        logger.error(fault, location=f"{path}:{line}")
        _register_reader(env, path, read_nothing, {})
        return None
    language = _front_matter(notebook, "kernelspec", "language")
    if language and str(language).lower() != "python":
        fault = (
            f"its kernel speaks {language}, but cells are executed as Python"
        )
        logger.error(fault, location=f"{path}:1")
        return None
    if _front_matter(notebook, "mystnb", "execution_mode") == "off":
        return None
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return Page(docname, path, list(map(as_cell, code)))


def _notebook_fault(text: str) -> tuple[int, str] | None:
    """Return the line and a message if a file is no notebook that MyST-NB can read."""
    try:
        reads(text, as_version=4)
    # nbformat raises whatever it stumbles over.
    except Exception as error:
        cause = error.__cause__ or error.__context__ or error
        return getattr(cause, "lineno", 1), f"not a notebook: {cause!r}"
    return None


def _front_matter(notebook: NotebookNode, section: str, name: str) -> object:
    """Return a value in a section of a page's front matter, or None."""
    values = notebook.metadata.get(section)
    return values.get(name) if isinstance(values, dict) else None


def _metadata_fault(
    env: BuildEnvironment,
    path: Path,
    text: str,
    error: Exception,
) -> tuple[int, str]:
    """Return the line of a cell whose metadata cannot be read, and what is wrong in them."""
    if place := re.search(r"at line (\d+)", str(error)):
        return int(place[1]), str(error)
    if not isinstance(error, ValidationError):
        return _line_of_invalid_cell(env, path, text), str(error)
    option = ".".join(map(str, error.path)).removeprefix("metadata.")
    fault = f"the option {option} of this cell: {error.message}"
    return _line_of_invalid_cell(env, path, text), fault


def _line_of_invalid_cell(env: BuildEnvironment, path: Path, text: str) -> int:
    """Return the first line of the first cell up to which the page cannot be read."""
    lines = text.split("\n")
    for block in fences(text):
        try:
            part = "\n".join(lines[: block.last])
            read_notebook(part, myst(env).myst_config, str(path))
        except UNREADABLE:
            return block.first
    return 1


def _execute(
    app: Sphinx,
    store: RecordStore,
    pages: list[tuple[Page, str]],
    docnames: list[str],
) -> dict[str, Path]:
    """Execute pages, print the reason for each, and return the files of their records."""
    root = Path(app.confdir)
    path = [STARTUP, root]
    environment = page_environment(os.environ, *_variables(app), path)
    start_fork_server(environment, app.config.nbpromises_preload)
    app.emit(WAITING, docnames)

    def execute(page: Page, reason: str) -> tuple[str, Path]:
        started = time.time_ns()
        before = _project(app).observe([], [])
        try:
            with TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
                task = Task(
                    page.cells,
                    page.path.parent,
                    root,
                    Path(temporary),
                    environment,
                )
                run = run_page(task, app.config.nb_execution_timeout)
        except EOFError:
            preload = ", ".join(app.config.nbpromises_preload)
            why = (
                f"can these be imported: {preload}"
                if preload
                else "is memory short"
            )
            sys.exit(
                f"nbpromises_preload: ERROR: the fork server ended; {why}?"
            )
        said = f"executed {page.docname} in {run.seconds:.1f} s ({reason})"
        # The name of a file may not be valid UTF-8, and a terminal may lack a letter.
        said = encode_names(said).decode(errors="backslashreplace")
        encoding = sys.stdout.encoding or "utf-8"
        said = said.encode(encoding, "backslashreplace").decode(encoding)
        print(said, flush=True)
        record = _record(app, page, run, started, before)
        return page.docname, store.save(page, record)

    # One thread more than processors, because some pages only wait for processes that they started.
    threads = ThreadPoolExecutor(1 + (os.cpu_count() or 1))
    try:
        with without_main():
            runs = [threads.submit(execute, *page) for page in pages]
            return dict(run.result() for run in runs)
    except KeyboardInterrupt:
        threads.shutdown(wait=False, cancel_futures=True)
        # Some pages may only be starting.
        while not all(run.done() for run in runs):
            kill_pages()
            time.sleep(0.05)
        raise
    finally:
        threads.shutdown(cancel_futures=True)


def _record(
    app: Sphinx, page: Page, run: Run, started: int, before: Dependencies
) -> Record:
    root = Path(app.confdir)
    if run.used is None or any(
        failed(cell, outputs)
        for cell, outputs in zip(page.cells, run.outputs, strict=False)
    ):
        return Record(run.outputs, None, started, FAILED)
    used, libraries = run.used, libraries_of(run.used.modules)
    observed = _project(app).observe(used.files, libraries, used.sought)
    edited = before.visible.items() ^ observed.visible.items()
    changed = {name for name, _ in edited}.difference(used.written)
    others = set(used.files).difference(used.written)
    changed.update(
        name for name in others if changed_since(started, root / name)
    )
    # Python opens a module only if it is there.
    modules = {name for name in used.files if name.endswith(".py")}
    gone = {name for name in modules if not (root / name).exists()}
    changed.update(gone.difference(used.written))
    if changed:
        # The run may have read the old or the new content.
        doubt = f"{', '.join(sorted(changed))} changed while it ran"
        return Record(run.outputs, None, started, doubt)
    return Record(run.outputs, observed, started)


def _folder(app: Sphinx) -> Path:
    return Path(app.confdir, app.config.nbpromises_folder)


def _store(app: Sphinx, older: set[Path] | None = None) -> RecordStore:
    return RecordStore(_folder(app), _project(app), older)


def _project(app: Sphinx) -> Project:
    variables = influences(os.environ, *_variables(app))
    written = myst(app.env).mystnb_config.output_folder
    built = app.outdir, app.doctreedir, written, _folder(app), gettempdir()
    folders = tuple(map(Path, built))
    return Project(Path(app.confdir), Path(app.srcdir), variables, folders)


def _variables(app: Sphinx) -> tuple[dict[str, str], list[str]]:
    config = app.config
    for name, value in config.nbpromises_environment.items():
        if not isinstance(value, str):
            fault = f"{name} must be a text, but is {value!r}"
            sys.exit(f"nbpromises_environment: ERROR: {fault}")
    return config.nbpromises_environment, config.nbpromises_watched_variables


def setup(app: Sphinx) -> None:
    app.setup_extension("myst_nb")
    app.add_config_value("nbpromises_folder", "_build/executed", "", str)
    app.add_config_value("nbpromises_preload", [], "", list)
    app.add_config_value("nbpromises_environment", {}, "", dict)
    app.add_config_value("nbpromises_watched_variables", [], "", list)
    app.config.nb_execution_mode = "off"
    app.add_event(WAITING)
    app.connect("env-get-outdated", find_stale_pages)
    older: set[Path] = set()
    app.connect(
        "builder-inited",
        lambda app: older.update(_folder(app).glob("*.json")),
    )
    app.connect("env-before-read-docs", partial(execute_pages, older=older))
