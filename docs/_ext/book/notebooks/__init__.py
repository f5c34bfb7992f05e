"""Offer every executed page as a notebook that runs elsewhere: in Jupyter, and in Colab.

The notebook has what a reader of the page sees, in the language of the page: its prose, its visible
code cells with their outputs, the captions of its figures. Its first cell makes sure that the package
is installed; its last one says which versions made the book. A page may need nothing that it does not show.

The package is on no index. The site carries it as a wheel, which the first cell installs where the site
has a public address; elsewhere it says where to find it. Solutions are folded, as they are on the page.
"""

from importlib.metadata import version
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
from .package import WheelRole, add_wheel
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
# What outputs depend on.
LIBRARIES = "tensorflow", "keras", "numpy", "matplotlib"
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
        (file,) = Path(app.outdir).glob("*.whl")
        wheel = f"{address}{folder}/{file.name}"
    own_cells = install(wheel, edition["words"]), versions(edition["words"])
    solution = edition["words"]["solution"]
    formulas = [
        node.astext()
        for node in doctree.findall()
        if isinstance(node, nodes.math | nodes.math_block)
    ]
    prose = (
        context["body"],
        formulas,
        context["pageurl"] or "",
        edition["words"]["only_on_the_page"],
    )

    def make() -> str:
        code = executed_code(app.env, pagename, doctree)
        return notebook(code, prose_around_cells(*prose), *own_cells, solution)

    # A record is named after a digest of its cells and outputs.
    record = record_files(app.env)[pagename]
    key = (record, own_cells, solution, prose, translations(doctree))
    text = cached(Path(app.doctreedir, f"{pagename}.notebook"), key, make)
    path = Path(app.outdir, f"{pagename}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    context["notebook"] = path.name
    if address and (copy := app.config.book_colab_repository):
        context["colab"] = f"{COLAB}/{copy}/{folder}/{pagename}.ipynb"


def executed_code(
    env: BuildEnvironment, pagename: str, doctree: nodes.document
) -> list[NotebookNode]:
    """Return the visible code cells of a page, with their outputs, in the language of the page."""
    page = Path(env.doc2path(pagename))
    text, config = page.read_text(encoding="utf-8"), myst(env).myst_config
    record = record_files(env)[pagename]
    executed = read_executed(text, config, str(page), record, pagename)
    cells = [executed.cells[cell.index] for cell in code_cells(doctree)]
    if is_translated(env.config):
        sources = [cell.source for cell in cells]
        tag = own_edition(env.config)["tag"]
        words = PageWords(translations(doctree), sources, tag)
        for cell in cells:
            translate_cell(cell, words)
    return cells


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
    solution: str,
) -> str:
    """Return a notebook of code cells, and of the prose before each and after the last.

    `first_cell` and `last_cell` are code that no page has. `solution` is the title of those that are folded.
    """
    cells = [new_code_cell(first_cell)]
    for text, cell in zip(prose, [*code, None], strict=True):
        if text:
            cells.append(new_markdown_cell(text))
        if cell:
            tags = cell.metadata.get("tags", [])
            cell.metadata.clear()
            if "hide-cell" in tags:
                fold(cell, solution)
            cells.append(cell)
    cells.append(new_code_cell(last_cell))
    for place, cell in enumerate(cells):
        # The ids of nbformat are random.
        cell.id = f"cell-{place}"
    every = new_notebook(metadata=METADATA, cells=cells)
    return f"{nbformat.writes(every)}\n"


def fold(cell: NotebookNode, title: str) -> None:
    """Fold a cell below its title: for Jupyter by its metadata, for Colab by a form."""
    cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    cell.metadata["cellView"] = "form"
    cell.source = f"# @title {title}\n{cell.source.lstrip()}"


def install(wheel: str, words: dict[str, Any]) -> str:
    """Return code that makes sure that the package is there; `wheel` is its address, or empty.

    It also keeps TensorFlow's log out of the outputs, which IPython makes it write there, and lets
    matplotlib use the reader's fonts for letters that its own lacks.
    """
    if wheel:
        remedy = f"%pip install --quiet {wheel}"
    else:
        remedy = f'print("{words["install_package"]}")'
    code = (
        "import os\n"
        "\n"
        f"# {words['quiet']}\n"
        'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")\n'
        "\n"
        f"# {words['package']}\n"
        "try:\n"
        "    import linear_tutorial\n"
        "    import tensorflow\n"
        "\n"
        '    tensorflow.get_logger().setLevel("WARNING")\n'
        "except ModuleNotFoundError:\n"
        f"    {remedy}"
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


def versions(words: dict[str, Any]) -> str:
    """Return code that prints the reader's versions of the libraries beside those that made the book."""
    of_book = "".join(
        f'    {library}: "{version(library)}",\n' for library in LIBRARIES
    )
    return (
        f"# {words['about_versions']}\n"
        f"import {', '.join(sorted(LIBRARIES))}\n"
        "\n"
        f"versions = {{\n{of_book}}}\n"
        "for library, version in versions.items():\n"
        f'    print(f"{words["versions"]}")'
    )


def setup(app: Sphinx) -> None:
    app.add_config_value("book_colab_repository", "", "html", str)
    app.add_role("wheel", WheelRole())
    app.connect("builder-inited", add_wheel)
