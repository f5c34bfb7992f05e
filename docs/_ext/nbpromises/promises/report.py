"""The results of all checks: the summary, the exit status, JUnit's XML, accepted outputs."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from jinja2 import Template
from sphinx.application import Sphinx

JUNIT = Path(__file__).with_name("junit.xml.jinja")
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
            accept(docname, Path(app.env.doc2path(docname)), results)
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


def accept(docname: str, path: Path, results: list[Result]) -> None:
    """Rewrite the promises of a page, and print how many."""
    edits = [result.remedy for result in results if result.remedy]
    if edits:
        # In bytes, because read_text and write_text would translate line ends.
        edited = with_edits(path.read_bytes().decode(), edits)
        path.write_bytes(edited.encode())
        print(f"{docname}: {len(edits)} accepted")


def with_edits(source: str, edits: list[Edit]) -> str:
    """Apply edits to a text by position, the last one first, so that none moves the lines of another.

    Each takes the line end of the line before it.

    >>> with_edits("a\\r\\nb\\nc\\n", [Edit(2, 3, "B\\n"), Edit(3, 4, "")])
    'a\\r\\nB\\r\\n'
    """
    # Not splitlines(), which splits at characters that are no line ends in Markdown.
    lines = list(StringIO(source, newline="\n"))
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        crlf = lines[max(edit.first - 2, 0)].endswith("\r\n")
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
        files[source.relative_to(app.confdir).as_posix()] = results
    template = Template(JUNIT.read_text(encoding="utf-8"), autoescape=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template.render(pages=files), encoding="utf-8")
