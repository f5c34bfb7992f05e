"""The results of all checks: the summary, the exit status, JUnit's XML, accepted outputs."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from sphinx.application import Sphinx

from .accept import Edit, rewrite

# The key of Sphinx's metadata of a page, which it forgets when it reads the page again.
RESULTS = "nbpromises_check"


@dataclass(frozen=True)
class Result:
    """The result of one check, at a line of a page.

    `failure` is empty if the promise is kept; `remedy` is the edit that would accept the output.
    """

    line: int
    failure: str = ""
    remedy: Edit | None = None


def kept(results: list[Result]) -> int:
    """Count the promises that are kept."""
    return sum(not result.failure for result in results)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Accept the outputs, or report the results and fail the build if a promise is broken."""
    if exception:
        return
    pages: dict[str, list[Result]] = {
        docname: metadata[RESULTS]
        for docname, metadata in sorted(app.env.metadata.items())
        if metadata.get(RESULTS)
    }
    if app.config.nbpromises_accept:
        for docname, results in pages.items():
            accept(docname, Path(app.env.doc2path(docname)), results)
            if any(each.failure and not each.remedy for each in results):
                # It is no output that a promise could hold; an error says so.
                app.statuscode = 1
        return
    if app.config.nbpromises_junit:
        root = Path(app.confdir)
        files = {
            Path(app.env.doc2path(docname))
            .relative_to(root)
            .as_posix(): results
            for docname, results in pages.items()
        }
        write_junit(root / app.config.nbpromises_junit, files)
        for docname, results in pages.items():
            count = kept(results)
            print(f"{docname}: {count} kept, {len(results) - count} broken")
    every = [result for results in pages.values() for result in results]
    broken = len(every) - kept(every)
    # In quiet builds too: a count of 0 shows that nothing was checked.
    print(
        f"{kept(every)} promises kept, {broken} broken, on {len(pages)} pages"
    )
    if broken:
        app.statuscode = 1


def accept(docname: str, path: Path, results: list[Result]) -> None:
    """Rewrite the promises of a page, and print how many."""
    edits = [result.remedy for result in results if result.remedy]
    if edits:
        rewrite(path, edits)
        print(f"{docname}: {len(edits)} accepted")


def write_junit(path: Path, results: dict[str, list[Result]]) -> None:
    """Write JUnit's XML: one suite for each page, with one case for each result."""
    report = ElementTree.Element("testsuites")
    for page, cases in results.items():
        suite = ElementTree.SubElement(
            report,
            "testsuite",
            name=page,
            tests=str(len(cases)),
            failures=str(sum(bool(case.failure) for case in cases)),
        )
        for case in cases:
            element = ElementTree.SubElement(
                suite,
                "testcase",
                classname=page,
                name=f"line {case.line}",
                file=page,
                line=str(case.line),
            )
            if case.failure:
                headline, *_ = case.failure.splitlines()
                failure = ElementTree.SubElement(
                    element, "failure", message=headline
                )
                failure.text = case.failure
    ElementTree.indent(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(report).write(
        path, encoding="utf-8", xml_declaration=True
    )
