"""One fingerprint for many files, by their names and contents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_files(root: Path, paths: Iterable[Path]) -> str:
    """Digest files below `root`; times and the place of `root` do not count."""
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(
            f"{content} {path.relative_to(root).as_posix()}\n".encode()
        )
    return digest.hexdigest()


def files_below(folder: Path) -> list[Path]:
    """List the files in a folder and in all folders below it."""
    return [path for path in folder.rglob("*") if path.is_file()]
