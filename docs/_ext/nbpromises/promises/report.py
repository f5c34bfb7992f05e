"""The results of all checks: the summary, the exit status, JUnit's XML, accepted outputs."""

import os
import re
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from jinja2 import Template
from sphinx.application import Sphinx
from sphinx.util import logging

from ..sources import TEXT, digest, faults, lone_returns, replace_file

logger = logging.getLogger(__name__)

JUNIT = Path(__file__).with_name("junit.xml.jinja")
# Characters that XML cannot hold.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The key of Sphinx's metadata of a page, which it forgets when it reads the page again.
RESULTS = "nbpromises_results"


@dataclass(frozen=True)
class Edit:
    """Replace the lines of a source from `first` up to, not including, `end` by `text`."""

    first: int
    end: int
    text: str


@dataclass(frozen=True)
class Result:
    """The result of one check, at a line of a page.

    `failure` is empty if the promise is kept; `remedy` is the edit that would accept the output.
    """

    line: int
    failure: str = ""
    remedy: Edit | None = None


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Accept the outputs, or report the results and fail the build if a promise is broken."""
    if exception:
        return
    pages: dict[str, list[Result]] = {
        docname: metadata[RESULTS]
        for docname, metadata in sorted(app.env.metadata.items())
        if metadata.get(RESULTS)
    }
    every = [result for results in pages.values() for result in results]
    broken = [result for result in every if result.failure]
    if app.config.nbpromises_accept:
        for docname, results in pages.items():
            path = Path(app.env.doc2path(docname))
            if not accept(
                docname, path, results, app.env.metadata[docname][TEXT]
            ):
                app.statuscode = 1
        # What has no remedy is no output that a promise could hold; an error says so.
        broken = [result for result in broken if not result.remedy]
    else:
        if app.config.nbpromises_junit:
            path = Path(app.confdir, app.config.nbpromises_junit)
            write_junit(path, pages, app)
        kept = len(every) - len(broken)
        # In quiet builds too: a count of 0 shows that nothing was checked.
        counts = f"{kept} promises kept, {len(broken)} broken"
        print(f"{counts}, on {len(pages)} pages")
    if broken:
        app.statuscode = 1


def accept(docname: str, path: Path, results: list[Result], text: str) -> bool:
    """Rewrite the promises of a page, print how many, and return whether all went well.

    A page with faults in its source is left alone, for they may hide where a block ends; and so is a
    page that is not any more the one that was read, whose digest is `text`.
    """
    edits = [result.remedy for result in results if result.remedy]
    if not edits:
        return True
    source = path.read_text(encoding="utf-8-sig")
    if digest(source) != text:
        message = "edited during this build, so nothing was accepted"
        logger.error(message, location=f"{path}:1")
        return False
    if any(lone_returns(path)) or any(faults(source)):
        return False
    # In bytes, because read_text and write_text would translate line ends.
    edited = with_edits(path.read_bytes().decode(), edits)
    try:
        replace_file(path, edited.encode())
    except OSError as error:
        message = f"{error.strerror}, so nothing was accepted"
        logger.error(message, location=f"{path}:1")
        return False
    print(f"{docname}: {len(edits)} accepted")
    return True


def with_edits(source: str, edits: list[Edit]) -> str:
    """Apply edits to a text by position, the last one first, so that none moves the lines of another.

    Each takes the line end of the line before it.

    >>> with_edits("a\\r\\nb\\nc\\n", [Edit(2, 3, "B\\n"), Edit(3, 4, "")])
    'a\\r\\nB\\r\\n'
    """
    # Not splitlines(), which splits at characters that are no line ends in Markdown.
    lines = list(StringIO(source, newline="\n"))
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        # The last line of a file may have no end.
        before = lines[max(edit.first - 3, 0) : edit.first - 1]
        crlf = any(line.endswith("\r\n") for line in before)
        text = edit.text.replace("\n", "\r\n") if crlf else edit.text
        lines[edit.first - 1 : edit.end - 1] = [text]
    return "".join(lines)


def write_junit(
    path: Path, pages: dict[str, list[Result]], app: Sphinx
) -> None:
    """Write JUnit's XML: one suite for each page, with one case for each result."""
    files = {}
    for docname, results in pages.items():
        broken = sum(bool(result.failure) for result in results)
        print(f"{docname}: {len(results) - broken} kept, {broken} broken")
        source = Path(app.env.doc2path(docname))
        name = os.path.relpath(source, app.confdir)
        files[Path(name).as_posix()] = results
    template = Template(JUNIT.read_text(encoding="utf-8"), autoescape=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = NO_XML.sub(
            "\N{REPLACEMENT CHARACTER}", template.render(pages=files)
        )
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        # Sphinx would print a traceback for any exception.
        sys.exit(f"nbpromises_junit: ERROR: {path}: {error.strerror}")
