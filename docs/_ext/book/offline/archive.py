"""Zip files with the same bytes for the same content."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

# Of all files in them.
DATE = 2026, 1, 1


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a zip file, in this order."""
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = ZipInfo(name, (*DATE, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            # By its first entry, stored as it is, a program knows an EPUB.
            stored = name == "mimetype"
            entry.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
            archive.writestr(entry, content)
