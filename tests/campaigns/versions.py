"""Run the notebooks of the site with other versions of the libraries, and count the promises they keep.

    PYTHONPATH=docs/_ext:tests .venv/bin/python tests/campaigns/versions.py PYTHON [en/tutorial/data ...]

PYTHON is that of an environment with TensorFlow, matplotlib and ipykernel; `make oldest` leaves one. The
package comes from the wheel of the built site. Each notebook is executed in Jupyter. What moved is
printed, and at last a table.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import sys
import tempfile
from collections import Counter
from copy import deepcopy
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from editions.translate_code import PageWords, translations
from nbpromises.promises.compare import explain, is_kept
from support.commands import EXTENSIONS, ROOT, run
from support.notebooks import (
    CODE_PAGES,
    OPTIONS,
    code_cells,
    promised_cells,
    read_notebook,
)
from support.pages import EDITIONS, LANGUAGES

SITE = ROOT / "_build" / "html"
# In seconds, for each cell.
TIMEOUT = 1_200
VERSIONS = """
    import sys
    from importlib.metadata import version
    names = "tensorflow", "keras", "numpy", "matplotlib"
    print("Python", sys.version.split()[0], *(f"{name} {version(name)}" for name in names))
    """
# As a page does it, a figure is described by its text.
DESCRIBE = f"""
    import sys
    sys.path.append({str(EXTENSIONS)!r})
    from nbpromises import describe
    sys.path.pop()
    shell = get_ipython()
    shell.enable_matplotlib("inline")
    shell.display_formatter.formatters["text/plain"].for_type_by_name(
        "matplotlib.figure", "Figure", describe.print_figure
    )
    """


def execute(notebook: NotebookNode, folder: Path, python: str) -> None:
    """Execute a notebook with a Python, in Jupyter; errors of its cells stay in it."""
    kernel = folder / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    about = {
        "argv": [python, *arguments],
        "display_name": "Python",
        "language": "python",
    }
    kernel.write_text(json.dumps(about))
    os.environ["JUPYTER_PATH"] = str(folder)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        startup_timeout=TIMEOUT,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    package = {"PYTHONPATH": str(folder / "package")}
    client.execute(env={**os.environ, "IPYTHONDIR": str(folder), **package})


def printed(cell: NotebookNode) -> str:
    """Return what a reader sees below a cell."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}\n")
        elif "text/plain" in output.data:
            texts.append(output.data["text/plain"] + "\n")
    return "".join(texts)


def promises(language: str, page: str) -> list[str]:
    """Return the promises of a page's cells in a language; `...` where all is allowed, "" for none."""
    cells = promised_cells(page)
    wanted = [
        promise or ("..." if "unchecked" in source else "")
        for source, promise in cells
    ]
    if language == LANGUAGES[0]:
        return wanted
    path = ROOT / "_build" / "doctrees" / f"html-{language}" / f"{page}.doctree"
    doctree = pickle.loads(path.read_bytes())
    sources = [OPTIONS.sub("", source).strip() for source, _ in cells]
    words = PageWords(translations(doctree), sources, EDITIONS[language]["tag"])
    return [
        translated(promise, source, words)
        for source, promise in zip(sources, wanted, strict=True)
    ]


def translated(promise: str, source: str, words: PageWords) -> str:
    """Return a promise with its labels in another language; those of figures are left out."""
    text, figure = parts(promise)
    # A label ends where a number begins, or a blank.
    text = words.output(text.replace("...", "   ... "), source)
    return re.sub(r" *\.\.\. *", "...", text) + without_labels(figure)


def parts(text: str) -> tuple[str, str]:
    """Return what a cell prints, and behind it the descriptions of its figures."""
    first = re.search(r"^axes:", text, re.MULTILINE)
    place = first.start() if first else len(text)
    return text[:place], text[place:]


def without_labels(figure: str) -> str:
    return re.sub(r"'[^']*'", "''", figure)


def count(language: str, page: str, folder: Path, python: str) -> Counter[str]:
    """Execute a notebook, print the promises that it breaks, and count all and those kept."""
    notebook = deepcopy(read_notebook(SITE, language, page))
    notebook.cells.insert(0, new_code_cell(dedent(DESCRIBE)))
    execute(notebook, folder, python)
    _, _, *cells, _ = code_cells(notebook)
    found: Counter[str] = Counter()
    for cell, promise in zip(cells, promises(language, page), strict=True):
        said = printed(cell)
        if not (promise or said) or promise == "...":
            continue
        if language != LANGUAGES[0]:
            text, figure = parts(said)
            said = text + without_labels(figure)
        found["all"] += 1
        if is_kept(promise, said):
            found["kept"] += 1
        else:
            place = f"{language}/{page}: {cell.source.splitlines()[0]}"
            print(f"--- {place}\n{explain(promise, said)}", flush=True)
    return found


def main() -> None:
    """Execute the notebooks that the arguments name, or all."""
    python, *chosen = sys.argv[1:]
    every = [
        f"{language}/{page}" for page in CODE_PAGES for language in LANGUAGES
    ]
    rows = [run(python, "-c", dedent(VERSIONS)).stdout.strip()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (wheel,) = (SITE / LANGUAGES[0]).glob("*.whl")
        ZipFile(wheel).extractall(folder / "package")
        for notebook in chosen or every:
            language, _, page = notebook.partition("/")
            found = count(language, page, folder, python)
            rows.append(f"{notebook}: {found['kept']} of {found['all']}")
            print(rows[-1], flush=True)
    print(*rows, sep="\n")


if __name__ == "__main__":
    main()
