"""Read pages again that Sphinx takes for unchanged, and all pages after a killed build.

Sphinx warns about a page only while it reads it, and skips unchanged pages in the next build: a failed
build would pass when it is repeated. So the doctrees of pages with warnings are deleted. Sphinx compares
only modification times, and misses a file that was replaced by an older one: pages whose files have
another digest are read again, and so are pages whose cells `:load:` such a file, and pages that document
modules if any of the project's has changed. Written again are pages that
show values glued by a page that was read, or that refer to it, and so show its titles, or refer to what it
has no more. The doctrees of a build that did not finish are all deleted: a marker file is removed at the
start and written at the end. Executed outputs are cached elsewhere, so that reading a page again takes
little time.
"""

import logging
import re
import shutil
import sys
from pathlib import Path

from docutils import nodes
from filelock import FileLock
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.addnodes import desc, pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join
from sphinx.util.logging import NAMESPACE, WarningStreamHandler

from .execution.dependencies import digest_file, digest_files, files_below
from .execution.records import myst
from .locks import wait_for
from .order import MARK_COMPLETE

MARKER = "complete"
LOCK = "lock"
# The key of Sphinx's metadata of a page.
DIGEST = "nbpromises_digest"
# Likewise: the pages whose glued values a page shows, and the labels and pages that it refers to.
GLUED_BY = "nbpromises_glued_by"
REFERS_TO = "nbpromises_refers_to"
# Their warnings are about two pages: of two labels of one name, Sphinx loses the first when the second is removed.
DOMAINS = f"{NAMESPACE}.sphinx.domains."
LOADED = re.compile(r"^:?load:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)


def version_of(package: Path) -> int:
    """Return the `env_version` of an extension, a digest of its modules: an edit reads all pages again."""
    modules = [path for path in files_below(package) if path.suffix == ".py"]
    return int(digest_files(package, modules)[:12], 16)


class Reread:
    """One build: what it finds of the last one in the folder of doctrees, and what it leaves there."""

    def __init__(self, doctrees: Path) -> None:
        self._folder = doctrees
        self._lock = FileLock(doctrees / LOCK)
        self._warned: set[str] = set()
        self._errors: list[str] = []
        self._read: set[str] = set()
        self._names: set[str] = set()

    def begin(self, app: Sphinx, config: Config) -> None:
        """Lock the folder of doctrees, and empty it if the last build did not come to its end."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            wait_for(self._lock)
        except OSError as error:
            # Sphinx would print a traceback for any exception.
            sys.exit(f"{self._folder}: ERROR: {error.strerror}")
        self._warned, self._errors = _collect_warnings()
        marker = self._folder / MARKER
        if not marker.exists():
            for path in self._folder.iterdir():
                if path.name != LOCK:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        marker.unlink(missing_ok=True)

    def forget(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Delete the values that a page has glued before it is read again, or because it is gone.

        MyST-NB would leave them for other pages if it has none to write in their place.
        """
        self._read.add(docname)
        folder = Path(myst(env).mystnb_config.output_folder)
        (folder / f"{docname}.glue.json").unlink(missing_ok=True)

    def note_names(
        self, app: Sphinx, env: BuildEnvironment, *_: set[str]
    ) -> list[str]:
        """Remember the names that pages can refer to before any page is read, and name no page."""
        self._names = _names(env)
        return []

    def find_pages_that_show(
        self, app: Sphinx, env: BuildEnvironment
    ) -> list[str]:
        """Name the pages to be written again: they show values or titles of pages that were read.

        So do pages that refer to what is gone, for Sphinx to report it.
        """
        gone = {_last_part(name) for name in self._names - _names(env)}
        label_of = env.domains.standard_domain.anonlabels
        labels = {
            name for name, (page, _) in label_of.items() if page in self._read
        }
        return [
            docname
            for docname, metadata in env.metadata.items()
            if self._read.intersection(metadata.get(GLUED_BY, []))
            or (self._read | labels).intersection(metadata.get(REFERS_TO, []))
            or not gone.isdisjoint(map(_last_part, metadata.get(REFERS_TO, [])))
        ]

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Delete the doctrees of pages with warnings, mark the build as complete, and fail it for errors."""
        if self._errors:
            app.statuscode = 1
        failed = {app.env.path2doc(path) for path in self._warned}
        # A warning without a page may concern any: without a marker, the next build reads all of them.
        if exception is None and failed <= app.env.found_docs:
            for docname in failed:
                (self._folder / f"{docname}.doctree").unlink(missing_ok=True)
            (self._folder / MARKER).touch()
        self._lock.release()


def _names(env: BuildEnvironment) -> set[str]:
    """Return the names of all that pages can refer to, such as labels, terms, functions and formulas."""
    objects = {
        name
        for domain in env.domains.sorted()
        for name, *_ in domain.get_objects()
    }
    return objects | env.domains.math_domain.equations.keys()


def _last_part(name: str) -> str:
    """Return what a name and the references to it have in common: they may be short, or a term's in another case.

    >>> _last_part("package.Model"), _last_part("Batch"), _last_part("make --jobs")
    ('model', 'batch', '--jobs')
    """
    return re.split(r"[.\s]", name)[-1].casefold()


def _collect_warnings() -> tuple[set[str], list[str]]:
    """Return what will hold the path that each warning names, or "" for one that names none.

    The second will hold this package's errors, which fail a build without Sphinx's option `-W`, too.
    """
    paths: set[str] = set()
    errors: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        location = getattr(record, "location", None) or ""
        path, _, _ = location.partition(":docstring of ")
        match = re.fullmatch(r"(.+?)(:\d*)*", path)
        # "duplicate label %s, other instance in %s"
        is_of_two = isinstance(record.args, tuple) and len(record.args) > 1
        is_about_one = not (is_of_two and record.name.startswith(DOMAINS))
        paths.add(match[1] if match and is_about_one else "")
        ours = record.name.startswith(f"{NAMESPACE}.{__package__}.")
        if ours and record.levelno >= logging.ERROR:
            errors.append(record.getMessage())
        return True

    # A filter of this handler sees each warning once, with its location as text.
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(note)
    return paths, errors


def move_output_folder(app: Sphinx) -> None:
    """Let MyST-NB write pictures and glued values into the folder of doctrees, which they belong to.

    By default it writes them beside the output, where another builder, with doctrees of its own, would
    find them, and for a site among other editions into what is published.
    """
    env = myst(app.env)
    folder = str(Path(app.doctreedir, "executed"))
    env.mystnb_config = env.mystnb_config.copy(output_folder=folder)


def find_replaced_sources(
    app: Sphinx, env: BuildEnvironment, *_: set[str]
) -> list[str]:
    """Name the pages whose sources have another digest than those that they were read from."""
    return [
        docname
        for docname in env.metadata.keys() & env.found_docs
        if env.metadata[docname].get(DIGEST) != _digest(env, docname)
    ]


def note_loaded_files(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make a page depend on the files that its cells `:load:`."""
    folder = Path(app.env.doc2path(docname)).parent
    for name in LOADED.findall(source[0]):
        app.env.note_dependency(str(folder / name))


def note_documented_modules(app: Sphinx, doctree: nodes.document) -> None:
    """Make a page that documents modules depend on all of the project's own: a default may come from any of them."""
    env = app.env
    names = env.dependencies[env.docname]
    used = {Path(env.srcdir, name).resolve() for name in names}
    files = [getattr(each, "__file__", None) for each in sys.modules.values()]
    own = [
        path
        for path in map(Path, filter(None, files))
        if path.is_relative_to(app.confdir)
        and not path.is_relative_to(sys.prefix)
    ]
    if used.intersection(own) and any(doctree.findall(desc)):
        for path in own:
            env.note_dependency(str(path))


def note_glued_by(app: Sphinx, doctree: nodes.document) -> None:
    """Store the names of the other pages whose glued values a page shows."""
    references = doctree.findall(PendingGlueReference)
    found = {reference.refdoc for reference in references}
    app.env.metadata[app.env.docname][GLUED_BY] = sorted(found)


def note_references(app: Sphinx, doctree: nodes.document) -> None:
    """Store what a page refers to: labels, and the names of pages."""
    page = app.env.docname
    found = {node["reftarget"] for node in doctree.findall(pending_xref)}
    pages = {docname_join(page, target) for target in found}
    app.env.metadata[page][REFERS_TO] = sorted(found | pages)


def note_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Store a digest of a page's file, at the moment at which it is read."""
    app.env.metadata[docname][DIGEST] = digest_file(app.env.doc2path(docname))


def note_included(app: Sphinx, doctree: nodes.document) -> None:
    """Add digests of all that the page includes."""
    env = app.env
    env.metadata[env.docname][DIGEST] += _included(env, env.docname)


def _digest(env: BuildEnvironment, docname: str) -> str:
    """Digest a page's file and all that it includes."""
    return digest_file(env.doc2path(docname)) + _included(env, docname)


def _included(env: BuildEnvironment, docname: str) -> str:
    included = [Path(env.srcdir, name) for name in env.dependencies[docname]]
    # Sphinx adds .mo files to the dependencies, and drops them again when it reads the page.
    used = sorted(path for path in included if path.suffix != ".mo")
    return "".join(f" {digest_file(path)}" for path in used)


def setup(app: Sphinx) -> None:
    build = Reread(Path(app.doctreedir))
    app.connect("config-inited", build.begin)
    # After MyST-NB has made its configuration.
    app.connect("builder-inited", move_output_folder, priority=900)
    app.connect("env-get-outdated", find_replaced_sources)
    app.connect("env-get-outdated", build.note_names)
    app.connect("env-purge-doc", build.forget)
    app.connect("source-read", note_page)
    app.connect("source-read", note_loaded_files)
    app.connect("doctree-read", note_documented_modules)
    app.connect("doctree-read", note_included)
    app.connect("doctree-read", note_glued_by)
    app.connect("doctree-read", note_references)
    app.connect("env-updated", build.find_pages_that_show)
    app.connect("build-finished", build.finish, priority=MARK_COMPLETE)
