"""The results of checks as JUnit's XML, which continuous integration reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Result:
    """What came of one check, at a line of a page; `failure` is empty if all is well."""

    line: int
    failure: str = ""


def write_report(path: Path, results: dict[str, list[Result]]) -> None:
    """Write one suite for each page, named after its file, with one case for each result."""
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
