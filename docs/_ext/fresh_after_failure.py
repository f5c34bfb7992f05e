"""A page that failed fails again, also when nothing was edited in between.

Sphinx warns about a page only while it reads or writes it, and does neither again before the page
changes: a failing build would pass when it is simply repeated. So pages with a warning are read
again by the next build, as are those whose files hold something else, however old, and all if a
check was edited. And what an earlier build read counts only if that build came to its end,
and if every file is as it left it; otherwise all pages are read anew. That is cheap, because
executed outputs are kept elsewhere.
"""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from filelock import FileLock
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.i18n import CatalogInfo, CatalogRepository
from sphinx.util.typing import ExtensionMetadata

from digest_files import digest_files, files_below
from shown_warnings import for_each_shown, place

SEAL = "seal.json"
LOCK = "lock"


def begin(app: Sphinx, config: Config) -> None:
    """Forget what is not as the last build left it, and hold the folders until this one ends."""
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    app.build_lock = FileLock(app.doctreedir / LOCK)
    app.build_lock.acquire()
    app.paths_with_warnings = set()
    for_each_shown(lambda record: app.paths_with_warnings.add(place(record)[0]))

    app.sealed = _sealed(app)
    if not app.sealed["pages"]:
        _forget_all(app)
    (app.doctreedir / SEAL).unlink(missing_ok=True)
    app.compiled_catalogues = _forget_damaged_catalogues(app)


def read_again(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Name the pages that the last build complained about, and those made of other files today.

    Sphinx itself compares times, and misses a file that was replaced by an older one.
    """
    changed = [
        docname
        for docname, digest in app.sealed["pages"].items()
        if docname in env.found_docs and digest != _sources(env, docname)
    ]
    return [*app.sealed["failed"], *changed]


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Seal what this build leaves, with the names of the pages that failed."""
    failed = [_page_at(app, path) for path in app.paths_with_warnings]
    # What went wrong outside of a page may show anywhere.
    if exception is None and None not in failed:
        seal = {
            "digest": _digest(app),
            "failed": sorted(set(failed)),
            "catalogues": app.compiled_catalogues,
            "pages": {
                docname: _sources(app.env, docname)
                for docname in sorted(app.env.found_docs)
            },
        }
        (app.doctreedir / SEAL).write_text(json.dumps(seal))
    app.build_lock.release()


def _sealed(app: Sphinx) -> dict[str, Any]:
    """Return what the last build noted, or no pages if what it left cannot be trusted."""
    try:
        seal: dict[str, Any] = json.loads((app.doctreedir / SEAL).read_text())
    except (OSError, ValueError):
        seal = {"digest": None}
    if seal["digest"] != _digest(app):
        return {"failed": [], "pages": {}, "catalogues": []}
    return seal


def _sources(env: BuildEnvironment, docname: str) -> str:
    """Digest a page's file and all that it includes."""
    paths = [
        Path(env.doc2path(docname)),
        *[Path(env.srcdir, name) for name in env.dependencies[docname]],
    ]
    return digest_files(
        Path(paths[0].anchor),
        # Sphinx notes a compiled catalogue only some of the time; it is new where it says something new.
        [path for path in paths if path.is_file() and path.suffix != ".mo"],
    )


def _forget_all(app: Sphinx) -> None:
    for path in app.doctreedir.iterdir():
        if path.name != LOCK:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _forget_damaged_catalogues(app: Sphinx) -> list[str]:
    """Remove compiled catalogues that do not say what their sources say; Sphinx makes them again.

    Return digests of the others, each with its source: to compile them, only to compare, takes long.
    """
    repository = CatalogRepository(
        app.srcdir,
        app.config.locale_dirs,
        app.config.language,
        app.config.source_encoding,
    )
    right = []
    for catalogue in repository.catalogs:
        path = Path(catalogue.mo_path)
        if not path.exists():
            continue
        digest = digest_files(app.srcdir, [Path(catalogue.po_path), path])
        if digest in app.sealed["catalogues"] or path.read_bytes() == _compiled(
            catalogue, app.config.language
        ):
            right.append(digest)
        else:
            path.unlink()
    # Its own catalogue is loaded already, and there is no public way to do so again.
    app._init_i18n()
    return right


def _compiled(catalogue: CatalogInfo, language: str) -> bytes:
    with Path(catalogue.po_path).open(encoding=catalogue.charset) as file:
        content = read_po(file, language)
    compiled = BytesIO()
    write_mo(compiled, content)
    return compiled.getvalue()


def _page_at(app: Sphinx, path: str) -> str | None:
    docname = app.env.path2doc(path)
    return docname if docname in app.env.found_docs else None


def _digest(app: Sphinx) -> str:
    """Digest what was read, and the checks that it passed."""
    own = {app.doctreedir / SEAL, app.doctreedir / LOCK}
    read = Path(app.doctreedir)
    checks = Path(__file__).parent
    return (
        f"{digest_files(read, set(files_below(read)) - own)} "
        f"{digest_files(checks, checks.glob('*.py'))}"
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.connect("config-inited", begin)
    app.connect("env-get-outdated", read_again)
    # After all other extensions, which may write files and complain.
    app.connect("build-finished", finish, priority=999)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
