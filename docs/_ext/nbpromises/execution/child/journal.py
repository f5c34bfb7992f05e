"""Read the journal of a run: files opened and modules sought by it and its child processes."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from ..messages import Used

SHARED = "/usr", "/usr/local"
PARTS = "bin", "include", "lib", "lib32", "lib64", "libexec", "sbin"
# Files in these folders belong to libraries, which count by their versions, or are no files. Where a Python of
# the system is installed, people keep their data as well, as in `/usr/local/share`.
SYSTEM_FOLDERS = [
    *{sys.prefix, sys.base_prefix}.difference(SHARED),
    *[f"{folder}/{part}" for folder in SHARED for part in PARTS],
    *["/proc", "/sys", "/usr/share"],
]


def read_journal(journal: str, root: Path) -> Used:
    """Return the files and modules that a page used or looked for.

    If it started a process that was not watched, that is every Python file below `root` and every
    installed library.
    """
    lines = [line.partition(" ") for line in journal.splitlines()]

    def noted(word: str) -> list[str]:
        return [what for first, _, what in lines if first == word]

    loaded = [getattr(each, "__file__", "") for each in [*sys.modules.values()]]
    first: dict[str, str] = {}
    for word, _, path in lines:
        if word in {"reads", "writes"}:
            first.setdefault(path, word)
    # A file that is read before it is written is a source of the page.
    read = {path for path, word in first.items() if word == "reads"}
    written = first.keys() - read
    opened = read.union(noted("misses")) - written
    paths = {_source(path) for path in [*opened, *loaded] if path}
    modules = {name.partition(".")[0] for name in sys.modules}
    modules.update(noted("imports"))
    # `importlib.metadata.version` reads this file.
    metadata = r"([^/]+)-[^-/]+\.dist-info/METADATA"
    modules.update(re.findall(metadata, "\n".join(opened)))
    # The page's own process has begun, but nothing that is watched started it.
    all_watched = len(noted("starts")) < len(noted("begins"))
    if "other" in noted("starts") or not all_watched:
        paths |= set(_sources_below(root))
        modules |= packages_distributions().keys()
    # What is not there counts as well: it may appear.
    listed = map(Path, noted("lists"))
    paths |= {path for path in listed if not _is_built(path, root)}
    # A project may stand in one of them.
    system = [
        each for each in _system_folders() if not root.is_relative_to(each)
    ]

    def may_change(path: Path) -> bool:
        is_device = path.is_relative_to("/dev") and not path.is_file()
        return not is_device and not any(map(path.is_relative_to, system))

    files = [
        _name(path, root)
        for path in paths
        if may_change(path) and (path.exists() or path.is_relative_to(root))
    ]
    sought = [
        _name(path, root)
        for path in map(Path, noted("seeks"))
        if may_change(path) and path.parent.exists()
    ]
    return Used(
        files=sorted(files),
        written=sorted(_name(Path(path), root) for path in written),
        sought=sorted(sought),
        modules=sorted(modules),
    )


def _system_folders() -> list[str]:
    """Return `SYSTEM_FOLDERS` and matplotlib's cache of fonts, which the first run on a machine writes."""
    matplotlib = sys.modules.get("matplotlib")
    caches = [matplotlib.get_cachedir()] if matplotlib else []
    return [*SYSTEM_FOLDERS, *caches]


def _sources_below(folder: Path) -> list[Path]:
    """List the Python files that a process could run, without built or installed ones and tests."""
    return [
        path
        for path in folder.rglob("*.py")
        if not _is_built(path, folder)
        and "tests" not in path.relative_to(folder).parts
    ]


def _is_built(path: Path, root: Path) -> bool:
    """Return whether a path below `root` is one of those that builds and tools write to."""
    return path.is_relative_to(root) and any(
        part.startswith((".", "_build"))
        for part in path.relative_to(root).parts
    )


def _name(path: Path, root: Path) -> str:
    """Return the path below `root`, which survives a move of the project, or the whole path."""
    below = path.is_relative_to(root)
    return (path.relative_to(root) if below else path).as_posix()


def _source(path: str) -> Path:
    """Return the source of a compiled module; other files are their own source.

    >>> _source("/a/__pycache__/b.cpython-311-pytest-8.4.pyc").as_posix()
    '/a/b.py'
    """
    folder, name = Path(path).parent, Path(path).name
    if folder.name == "__pycache__":
        return folder.with_name(f"{name.partition('.')[0]}.py")
    return Path(path)
