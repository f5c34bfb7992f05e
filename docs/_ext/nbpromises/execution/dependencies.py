"""What a page's outputs depend on besides its own cells: recorded, compared, named when it differs."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.machinery import all_suffixes
from importlib.metadata import (
    Distribution,
    distributions,
    packages_distributions,
)
from pathlib import Path

# No native code reads them: pages, catalogues, what builds say, unfinished downloads. Modules are watched
# one by one.
NOT_DATA = {
    *(".ipynb", ".md", ".mo", ".po", ".pyc", ".rst"),
    *(".crdownload", ".log", ".part"),
}
HIDDEN = re.compile(r"(^|/)[._]")
# What editors and file managers leave behind: names of any of them, of vim (4913 and more by 123), of
# emacs and vim, of nano, of JetBrains' editors, of Windows, of office programs, Syncthing, crashes.
LEFTOVER = re.compile(
    r".*(~|\.bak|\.orig|\.rej|\.tmp)|4913|5036|#.*#|\.#.*|\..*\.sw[a-p]"
    r"|.*\.\w+\.save(\.\d+)?|.*___jb_(tmp|old)___|Thumbs\.db|desktop\.ini"
    r"|~\$.*|.*\.sync-conflict-.*|core\.\d+"
)
# The folders of a virtual environment that is made among the pages themselves.
ENVIRONMENT = [
    *("bin", "etc", "include", "lib", "lib64", "man", "share", "pyvenv.cfg"),
    *("Include", "Lib", "Scripts"),
]
# Sphinx writes it into the folder of a site.
OUTPUT = ".buildinfo"
# The state of a file, a library or a variable that is not there.
NONE = "not set"
# The fork server gets these options of the interpreter, even where a variable such as PYTHONOPTIMIZE
# set them.
FLAGS = [
    (name, getattr(sys.flags, name))
    for name in ("bytes_warning", "dev_mode", "optimize", "utf8_mode")
]
# In nanoseconds: within the same tick of the file system's clock, a file may change once more.
SETTLED = 10**9
# The state of a module whose name counts, whatever is in it.
MODULE = "a module"


@dataclass(frozen=True)
class Dependencies:
    """The state of all that a run depended on.

    Attributes:
        files: A digest of each file that it used, by the name below the project's folder.
        sought: The files that could be a module, for each place where it looked for one.
        visible: A digest of each file that it could have used unseen, by native code, and the names
            of modules that it could import in place of others.
        versions: The version of each library that it imported.
        surroundings: Python and its options, the machine, environment variables.
    """

    files: dict[str, str]
    sought: dict[str, list[str]]
    visible: dict[str, str]
    versions: dict[str, str]
    surroundings: dict[str, str]

    def differences(self, now: Dependencies) -> list[str]:
        """Name what has changed since this was recorded.

        >>> then = Dependencies({"a.py": "1"}, {}, {}, {"numpy": "2.0"}, {"TZ": "UTC"})
        >>> now = Dependencies({"a.py": "2"}, {}, {"c.csv": "1"}, {"numpy": "2.1"}, {})
        >>> then.differences(now)
        ['a.py changed', 'c.csv is new', 'numpy 2.0 → 2.1', 'TZ UTC → not set']
        """
        files = [
            *_changes(self.files, now.files),
            *_changes(self._unseen(), now._unseen()),
        ]
        values = [
            *_changes(self.versions, now.versions),
            *_changes(self.surroundings, now.surroundings),
        ]
        reasons = [
            *[f"{name} {_verb(old, new)}" for name, old, new in files],
            *[f"{name} {old} → {new}" for name, old, new in values],
        ]
        return list(dict.fromkeys(reasons))

    def _unseen(self) -> dict[str, str]:
        """The state of what counts although it was not opened."""
        found = [name for names in self.sought.values() for name in names]
        return {**dict.fromkeys(found, MODULE), **self.visible}


def _changes(
    old: dict[str, str], new: dict[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the names whose values differ, with both values."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, NONE), new.get(name, NONE)
        if before != after:
            yield name, before, after


def _verb(old: str, new: str) -> str:
    if old == NONE:
        return "is new"
    return "is gone" if new == NONE else "changed"


@dataclass(frozen=True)
class Project:
    """Where a site looks for what its pages depend on; each file is read once.

    Attributes:
        root: The folder of `conf.py`; names of files are relative to it.
        pages: The folder of the sources.
        variables: The environment variables that can change outputs.
        built: Folders that builds write to, which may stand among the sources.
    """

    root: Path
    pages: Path
    variables: Mapping[str, str]
    built: tuple[Path, ...] = ()

    def observe(
        self,
        files: Iterable[str],
        libraries: Iterable[str],
        sought: Iterable[str] = (),
    ) -> Dependencies:
        """Return the state of all these, and of what every page depends on.

        Times of files and the place of the project do not count.
        """
        installed = installed_versions()
        return Dependencies(
            files={name: self._digest(name) for name in files},
            sought={name: self._modules(name) for name in sought},
            visible=self._visible,
            versions={
                name: installed.get(_normal(name), NONE) for name in libraries
            },
            surroundings={
                "Python": platform.python_version(),
                "machine": f"{platform.system()} {platform.machine()}",
                "sys.warnoptions": str(sys.warnoptions),
                **{f"sys.flags.{name}": str(flag) for name, flag in FLAGS},
                **self.variables,
            },
        )

    @cached_property
    def _visible(self) -> dict[str, str]:
        """Digests of the data beside the pages; of modules, the names count."""
        data = map(self._name, self._data("*"))
        modules = [
            # Emacs locks `helper.py` by a link `.#helper.py`.
            *self.root.glob("[!.]*.py"),
            *self.root.glob("[!.]*/__init__.py"),
            *self._data("*.py"),
        ]
        return {
            **{name: self._digest(name) for name in data},
            **{self._name(path): MODULE for path in modules},
        }

    @cached_property
    def _digest(self) -> Callable[[str], str]:
        return cache(lambda name: digest_file(self.root / name))

    @cached_property
    def _modules(self) -> Callable[[str], list[str]]:
        return cache(lambda name: modules_at(self.root, name))

    def _data(self, pattern: str) -> list[Path]:
        # Libraries count by their versions.
        files = files_below(self.pages)
        environments = [
            path.parent for path in files if path.name == "pyvenv.cfg"
        ]
        if self.pages in environments:
            environments.remove(self.pages)
            environments += [self.pages / folder for folder in ENVIRONMENT]
        below = self.pages.parents
        built = [
            each for each in self.built if each not in (self.pages, *below)
        ]
        outputs = {path.parent for path in files if path.name == OUTPUT}
        left_out = [*environments, *built, *outputs - {self.pages}]
        return [
            path
            for path in files
            if path.match(pattern)
            and path.suffix not in NOT_DATA
            and not LEFTOVER.fullmatch(path.name)
            and not any(map(path.is_relative_to, left_out))
            and not HIDDEN.search(path.relative_to(self.pages).as_posix())
        ]

    def _name(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()


def libraries_of(modules: Iterable[str]) -> list[str]:
    """Name the distributions that top-level modules belong to, or may belong to once installed.

    >>> libraries_of(["sys", "yaml", "not_installed"])
    ['PyYAML', 'not_installed']
    """
    owners = _owners()
    others = set(modules) - sys.stdlib_module_names
    return sorted(
        {owner for name in others for owner in owners.get(name, [name])}
    )


def modules_at(root: Path, name: str) -> list[str]:
    """Name what is imported where a module was looked for; each hides those behind it.

    >>> modules_at(Path("/nowhere"), "helper")
    []
    """
    files = [f"{name}/__init__.py", *[name + each for each in all_suffixes()]]
    found = [each for each in files if (root / each).is_file()]
    # A folder of another kind is a package, too, if there is nothing else.
    return found or ([name] if (root / name).is_dir() else [])


def digest_files(root: Path, paths: Iterable[Path]) -> str:
    """Digest the names below `root` and the contents of files; their times do not count."""
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        name = path.relative_to(root).as_posix()
        digest.update(encode_names(f"{digest_file(path)} {name}\n"))
    return digest.hexdigest()


def files_below(folder: Path) -> list[Path]:
    """List the files in a folder and in all below it, linked ones too; others may vanish meanwhile.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     Path(folder, "a.txt").touch()
    ...     Path(folder, "loop").symlink_to(folder)
    ...     [path.name for path in files_below(Path(folder))]
    ['a.txt']
    """
    paths: list[Path] = []
    # Links may lead to one folder more than once, or in circles.
    visited: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        real = os.path.realpath(place)
        if real in visited:
            folders.clear()
        else:
            visited.add(real)
            paths += [Path(place, name) for name in names]
    return [path for path in paths if path.is_file()]


def changed_since(started: int, path: Path) -> bool:
    """Return whether a file was written, or put in its place, between a time in nanoseconds and now."""
    now = time.time_ns()
    return path.exists() and started <= path.stat().st_ctime_ns <= now


def digest_file(path: Path) -> str:
    """Digest the content of a file, or the names in a folder, if it is there."""
    try:
        if path.is_dir():
            names = {each.name for each in path.iterdir()} - {"__pycache__"}
            kept = [name for name in names if not LEFTOVER.fullmatch(name)]
            content = encode_names("\n".join(sorted(kept)))
            return hashlib.sha256(content).hexdigest()
        state = path.stat()
        if time.time_ns() - state.st_ctime_ns < SETTLED:
            return _digest_content(path)
        return _digest_settled(
            path,
            state.st_ino,
            state.st_size,
            state.st_mtime_ns,
            state.st_ctime_ns,
        )
    except OSError:
        return NONE


def _digest_content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _digest_settled(path: Path, *state: int) -> str:
    """Digest a file in this state once for all pages; nobody can set back the time of its change."""
    return _digest_content(path)


def encode_names(names: str) -> bytes:
    """Return the bytes of names of files, which may not be valid UTF-8."""
    return names.encode(errors="surrogateescape")


@cache
def installed_versions() -> dict[str, str]:
    """Return the version of every installed distribution, by its normalized name."""
    # Of two versions, Python imports the one that it finds first.
    return dict(map(_version, reversed([*distributions()])))


def _version(distribution: Distribution) -> tuple[str, str]:
    """Return the normalized name and the version; a library installed from a folder may change without a new one."""
    # `distribution.name` and `.version` would each parse all of the metadata.
    metadata = distribution.metadata
    name, version = _normal(metadata["Name"]), metadata["Version"]
    if distribution.read_text("direct_url.json") is None:
        return name, version
    lines = (distribution.read_text("RECORD") or "").splitlines()
    # Others name the place of the environment, or the way in which it was installed.
    own = [
        line
        for line in lines
        if not re.match(
            r"\.\.|.*(\.dist-info|__pycache__)/|__editable__|.*\.pth,", line
        )
    ]
    digest = hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()
    return name, f"{version} ({digest[:8]})"


def _normal(name: str) -> str:
    """Return the name of a distribution as package indexes compare it."""
    return re.sub("[-_.]+", "-", name).lower()


@cache
def _owners() -> dict[str, list[str]]:
    return dict(packages_distributions())
