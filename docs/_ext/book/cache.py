"""Cache slow pure functions between builds, keyed by their text arguments.

Every build writes every page, so that no page of an older site is left; most pages are the same as in
the build before. Without this cache, an edit of a heading takes 10.2 s in place of 8.2 s (medians of 6).
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

from nbpromises.execution.dependencies import installed_versions
from nbpromises.order import SAVE_CACHES
from nbpromises.reread import version_of


class Cache:
    """Texts that a function returned in the last build, and in this one; `name` is that of its file."""

    def __init__(self, app: Sphinx, name: str) -> None:
        self._path = Path(app.doctreedir, f"{name}.cache.json")
        self._last: dict[str, str] = {}
        self._now: dict[str, str] = {}
        # An edit of this package, or another version of a library, makes all entries stale.
        code = version_of(Path(__file__).parent)
        self._versions = f"{code} {sorted(installed_versions().items())}"
        # After `reread` has emptied the folder of a build that did not finish, and before it marks this
        # one as complete.
        app.connect("builder-inited", self._load)
        app.connect("build-finished", self._save, priority=SAVE_CACHES)

    def get(self, key: object, make: Callable[[], str]) -> str:
        """Return the text for a key, whose `repr` says all that the text depends on."""
        text = repr((self._versions, key)).encode()
        digest = hashlib.sha256(text).hexdigest()
        if digest not in self._now:
            self._now[digest] = self._last.get(digest) or make()
        return self._now[digest]

    def _load(self, app: Sphinx) -> None:
        if self._path.exists():
            self._last = json.loads(self._path.read_text(encoding="utf-8"))

    def _save(self, app: Sphinx, exception: Exception | None) -> None:
        text = json.dumps(self._now, ensure_ascii=False)
        self._path.write_text(text, encoding="utf-8")
