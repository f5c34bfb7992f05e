"""Offer every executed page as a notebook that runs elsewhere: in Jupyter, and in Colab.

The notebook has what a reader of the page sees, in the language of the page: its prose, its visible
code cells with their outputs, the captions of its figures. Its first cell makes sure that the package
is installed; its last one compares the reader's results and versions with those of the book. A page may
need nothing that it does not show.

The package is on no index. The site carries it as a wheel, which the first cell installs where the site
has a public address; elsewhere it says where to find it. Solutions are folded, as they are on the page.
"""

from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from editions.languages import is_translated, own_edition
from editions.translate_code import PageWords, translations
from nbpromises.cells import code_cells
from nbpromises.execution.records import myst, read_executed, record_files

from ..cache import cached
from .last_cell import last_cell, literal, promises
from .package import (
    WheelRole,
    add_wheel,
    find_pages_with_links,
    resolve_wheel_links,
    wheel_name,
)
from .prose import prose_around_cells

METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "pygments_lexer": "ipython3",
    },
}
COLAB = "https://colab.research.google.com/github"


def offer_notebook(
    app: Sphinx, pagename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Write the notebook beside an executed page, and tell the page's template where it is."""
    if pagename not in record_files(app.env):
        return
    address = app.config.editions_address
    edition = own_edition(app.config)
    folder = edition["folder"]
    wheel = ""
    if address:
        wheel = f"{address}{folder}/{wheel_name(app)}"
    words = edition["words"]
    first_cell = install(wheel, words)
    page = Path(app.env.doc2path(pagename)).read_text(encoding="utf-8")
    formulas = [
        node.astext()
        for node in doctree.findall()
        if isinstance(node, nodes.math | nodes.math_block)
    ]
    prose = (
        context["body"],
        formulas,
        context["pageurl"] or "",
        words["only_on_the_page"],
    )

    def make() -> str:
        code = executed_code(app.env, pagename, doctree, page)
        for cell, _ in code:
            tidy(cell, words["solution"])
        return notebook(
            [cell for cell, _ in code],
            prose_around_cells(*prose),
            first_cell,
            last_cell(code, words),
            words["about_results"],
        )

    # A record is named after a digest of its cells and outputs.
    record = record_files(app.env)[pagename]
    key = (record, page, first_cell, words, prose, translations(doctree))
    text = cached(Path(app.doctreedir, f"{pagename}.notebook"), key, make)
    path = Path(app.outdir, f"{pagename}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    context["notebook"] = path.name
    if address and (copy := app.config.book_colab_repository):
        context["colab"] = f"{COLAB}/{copy}/{folder}/{pagename}.ipynb"


def executed_code(
    env: BuildEnvironment, pagename: str, doctree: nodes.document, page: str
) -> list[tuple[NotebookNode, str]]:
    """Return the visible code cells of a page in its language, with their outputs, each with its promise.

    `page` is the source of the page.
    """
    path, config = env.doc2path(pagename), myst(env).myst_config
    record = record_files(env)[pagename]
    executed = read_executed(page, config, str(path), record, pagename)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    promise_of = dict(zip(map(id, code), promises(page), strict=True))
    cells = [executed.cells[cell.index] for cell in code_cells(doctree)]
    if is_translated(env.config):
        sources = [cell.source for cell in cells]
        tag = own_edition(env.config)["tag"]
        words = PageWords(translations(doctree), sources, tag)
        for cell in cells:
            translate_cell(cell, words)
    return [(cell, promise_of[id(cell)]) for cell in cells]


def translate_cell(cell: NotebookNode, words: PageWords) -> None:
    """Replace the words of a cell and of its outputs as its page does."""
    source, cell.source = cell.source, words.code(cell.source)
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = words.output(output.text, source)
        elif "image/svg+xml" in (data := output.get("data", {})):
            data["image/svg+xml"] = words.drawing(data["image/svg+xml"])
        elif "text/plain" in data:
            data["text/plain"] = words.output(data["text/plain"], source)


def notebook(
    code: list[NotebookNode],
    prose: list[str],
    first_cell: str,
    last_cell: str,
    title: str,
) -> str:
    """Return a notebook of code cells, and of the prose before each and after the last.

    `first_cell` and `last_cell` are code that no page has; the last one is folded below `title`.
    """
    cells = [new_code_cell(first_cell)]
    for text, cell in zip(prose, [*code, None], strict=True):
        if text:
            cells.append(new_markdown_cell(text))
        if cell:
            cells.append(cell)
    cells.append(new_code_cell(last_cell))
    fold(cells[-1], title)
    for place, cell in enumerate(cells):
        # The ids of nbformat are random.
        cell.id = f"cell-{place}"
    every = new_notebook(metadata=METADATA, cells=cells)
    return f"{nbformat.writes(every)}\n"


def tidy(cell: NotebookNode, solution: str) -> None:
    """Remove the metadata of a cell, and fold it if it is a solution."""
    is_solution = "hide-cell" in cell.metadata.get("tags", [])
    cell.metadata.clear()
    if is_solution:
        fold(cell, solution)
        cell.metadata["jupyter"]["outputs_hidden"] = True


def fold(cell: NotebookNode, title: str) -> None:
    """Fold the code of a cell below a title: for Jupyter by its metadata, for Colab by a form."""
    cell.metadata.update(jupyter={"source_hidden": True}, cellView="form")
    cell.source = f"# @title {title}\n{cell.source.lstrip()}"


def install(wheel: str, words: dict[str, Any]) -> str:
    """Return code that makes sure that the package is there; `wheel` is its address, or empty.

    The package keeps TensorFlow's log out of the outputs, where IPython makes it write. The code also lets
    matplotlib use the reader's fonts for letters that its own lacks.
    """
    begin = "from linear_tutorial import notebook\n\n    notebook.begin()\n"
    if wheel:
        remedy = f"%pip install --quiet {wheel}\n    {begin}"
    else:
        remedy = f"print({literal(words['install_package'])})"
    code = (
        "import os\n"
        "\n"
        f"# {words['quiet']}\n"
        'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")\n'
        "\n"
        f"# {words['package']}\n"
        "try:\n"
        f"    {begin}"
        # Missing, or too old to have this module; other modules that are missing are to be seen.
        "except ImportError as error:\n"
        '    if error.name != "linear_tutorial":\n'
        "        raise\n"
        f"    {remedy.rstrip()}"
    )
    if words["figure_fonts"]:
        code += (
            "\n\n"
            f"# {words['about_fonts']}\n"
            "from matplotlib import font_manager, rcParams\n"
            "\n"
            f"fonts = {words['figure_fonts']}\n"
            "installed = font_manager.get_font_names()\n"
            'rcParams["font.family"] += [each for each in fonts if each in installed]'
        )
    return code


def setup(app: Sphinx) -> None:
    app.add_config_value("book_colab_repository", "", "html", str)
    app.add_role("wheel", WheelRole())
    app.connect("builder-inited", add_wheel)
    app.connect("env-updated", find_pages_with_links)
    app.connect("doctree-resolved", resolve_wheel_links)
