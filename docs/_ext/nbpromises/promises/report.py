"""The results of all checks: the summary, the exit status, JUnit's XML, accepted outputs."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from .accept import Edit, rewrite


@dataclass(frozen=True)
class Result:
    """The result of one check, at a line of a page; `failure` is empty if the promise is kept."""

    line: int
    failure: str = ""


@dataclass
class PageCheck:
    """The results of checking one page, and the edits that would accept its outputs."""

    results: list[Result] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    @property
    def broken(self) -> int:
        """The number of failures."""
        return sum(bool(result.failure) for result in self.results)

    @property
    def kept(self) -> int:
        """The number of kept promises."""
        return len(self.results) - self.broken


def page_checks(env: BuildEnvironment) -> dict[str, PageCheck]:
    """Return the checks of all pages; Sphinx keeps them in its environment, with the pages."""
    checks: dict[str, PageCheck] = env.__dict__.setdefault(
        "nbpromises_checks", {}
    )
    return checks


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Accept the outputs, or report the results and fail the build if a promise is broken."""
    if exception:
        return
    checks = dict(sorted(page_checks(app.env).items()))
    if app.config.nbpromises_accept:
        accept(app.env, checks)
        if any(check.broken > len(check.edits) for check in checks.values()):
            # They are no outputs that a promise could hold; each is logged.
            app.statuscode = 1
        return
    checks = {name: check for name, check in checks.items() if check.results}
    if app.config.nbpromises_junit:
        path = Path(app.confdir, app.config.nbpromises_junit)
        write_junit(path, _results_by_file(app, checks))
        for docname, check in checks.items():
            print(f"{docname}: {check.kept} kept, {check.broken} broken")
    kept = sum(check.kept for check in checks.values())
    broken = sum(check.broken for check in checks.values())
    # In quiet builds too: a count of 0 shows that nothing was checked.
    print(f"{kept} promises kept, {broken} broken, on {len(checks)} pages")
    if broken:
        app.statuscode = 1


def accept(env: BuildEnvironment, checks: dict[str, PageCheck]) -> None:
    """Rewrite the promises of all pages, and print how many."""
    for docname, check in checks.items():
        if check.edits:
            rewrite(Path(env.doc2path(docname)), check.edits)
            print(f"{docname}: {len(check.edits)} accepted")


def _results_by_file(
    app: Sphinx, checks: dict[str, PageCheck]
) -> dict[str, list[Result]]:
    root = Path(app.confdir)
    return {
        Path(app.env.doc2path(docname))
        .relative_to(root)
        .as_posix(): check.results
        for docname, check in checks.items()
    }


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


def forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop the check of a page that is about to be read again."""
    page_checks(env).pop(docname, None)


def merge_checks(
    app: Sphinx,
    env: BuildEnvironment,
    docnames: set[str],
    other: BuildEnvironment,
) -> None:
    """Take over the checks of another process that reads pages."""
    theirs = page_checks(other)
    page_checks(env).update(
        {name: theirs[name] for name in docnames & theirs.keys()}
    )
