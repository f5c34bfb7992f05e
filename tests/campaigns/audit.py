"""Look at every page in both languages with Lighthouse, as a phone and as a desk see it.

The pages are served as a host does: compressed, many files over one connection. The kilobytes are
those before compression. How fast a page is differs from run to run on a busy machine, and a
disturbance only makes it slower: a page that misses its bound gets two more tries, and the best
counts. Needs node, npm and chromium; npm brings Lighthouse.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.commands import ROOT, run
from support.servers import QuietHandler

LIGHTHOUSE = "lighthouse@12.8.2"
SITE = ROOT / "_build" / "html"
LANGUAGES = ("en", "zh-cn")
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
TRIES = 3

KILOBYTES = 600
PERFORMANCE = {"mobile": 95, "desktop": 100}
OTHERS = {"accessibility": 100, "best-practices": 100, "seo": 100}


@dataclass(frozen=True)
class Look:
    """What Lighthouse says of a page: kilobytes without compression, scores, and what costs points."""

    kilobytes: float
    scores: dict[str, int]
    flaws: list[str]


class Host(QuietHandler):
    """Serves files as a host does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802
        """Send a file, compressed."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> int:
    """Print a table, and below it what fell short; fail if anything did."""
    built = run("make", "html")
    if built.returncode != 0:
        sys.exit(built.stdout + built.stderr)
    complaints = []
    print(
        f"{'page':<27}{'':<7}{'KB':>5}{'mobile':>8}{'desktop':>8}"
        f"{'access.':>9}{'practices':>11}{'SEO':>5}"
    )
    handler = partial(Host, directory=str(SITE))
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        for language in LANGUAGES:
            for page in pages(SITE / language):
                url = f"{address}/{language}/{page}"
                looks = {
                    form: best_look(url, form, Path(folder)) for form in FORMS
                }
                print_row(page, language, looks)
                complaints += [
                    f"{language}/{page}, {form}: {complaint}"
                    for form, look in looks.items()
                    for complaint in shortcomings(look, form)
                ]
        server.shutdown()
    print("\n".join(["", *complaints]) if complaints else "\nAll is well.")
    return bool(complaints)


def pages(edition: Path) -> list[str]:
    """List the pages of an edition."""
    return sorted(
        path.relative_to(edition).as_posix() for path in edition.rglob("*.html")
    )


def best_look(url: str, form: str, folder: Path) -> Look:
    """Look again at a page that seems too slow."""
    looks = []
    for _ in range(TRIES):
        looks.append(look(url, form, folder))
        if looks[-1].scores["performance"] >= PERFORMANCE[form]:
            break
    return max(looks, key=lambda each: each.scores["performance"])


def look(url: str, form: str, folder: Path) -> Look:
    """Run Lighthouse once, in a folder where it may leave files."""
    chromium = shutil.which("chromium")
    if chromium is None or shutil.which("npx") is None:
        sys.exit("error: chromium and npx are needed")
    result = run(
        *["npx", "--yes", LIGHTHOUSE, url, *FORMS[form]],
        *["--output=json", "--output-path=stdout", "--quiet"],
        f"--only-categories=performance,{','.join(OTHERS)}",
        "--no-enable-error-reporting",
        # As root, as in a container, the browser's sandbox does not start.
        "--chrome-flags=--headless=new --no-sandbox",
        cwd=folder,
        CHROME_PATH=chromium,
    )
    if result.returncode != 0:
        sys.exit(result.stderr)
    report = json.loads(result.stdout)
    requests = report["audits"]["network-requests"]["details"]["items"]
    return Look(
        sum(request["resourceSize"] for request in requests) / 1000,
        {
            name: round(100 * category["score"])
            for name, category in report["categories"].items()
        },
        flaws(report),
    )


def flaws(report: dict[str, Any]) -> list[str]:
    """Name the audits that cost points."""
    audits = report["audits"]
    return [
        f"{audit['title']} {audit.get('displayValue', '')}".strip()
        for category in report["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"]
        and (audit := audits[reference["id"]])["score"] is not None
        and audit["score"] < 0.9
    ]


def shortcomings(look: Look, form: str) -> list[str]:
    """Tell which bounds a page misses, and why."""
    bounds = {"performance": PERFORMANCE[form], **OTHERS}
    missed = [
        f"{name} {look.scores[name]} < {bound}"
        for name, bound in bounds.items()
        if look.scores[name] < bound
    ]
    if look.kilobytes > KILOBYTES:
        missed.append(f"{look.kilobytes:.0f} KB > {KILOBYTES} KB")
    return [f"{'; '.join(missed)} ({'; '.join(look.flaws)})"] if missed else []


def print_row(page: str, language: str, looks: dict[str, Look]) -> None:
    """Print one line; of both forms, the worse value where there is one for both."""
    performance = "".join(
        f"{look.scores['performance']:>8}" for look in looks.values()
    )
    kilobytes = max(look.kilobytes for look in looks.values())
    worst = [
        min(look.scores[name] for look in looks.values()) for name in OTHERS
    ]
    print(
        f"{page:<27}{language:<7}{kilobytes:>5.0f}{performance}"
        f"{worst[0]:>9}{worst[1]:>11}{worst[2]:>5}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
