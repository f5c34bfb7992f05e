"""Offer every executable page as a notebook that runs elsewhere: in Jupyter, and in Colab.

The notebook has what a reader of the page sees, in the language of the page: its prose, its visible
code cells with their outputs, the captions of its figures. Before them stands a cell that makes sure
that the package is there. Whatever else the page needs, it must show.

The package is on no index. The site carries it as a wheel, whose name is the configuration value
`wheel`; where the site has no public address, a reader is told to install it from the sources.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import _
from sphinx.util.typing import ExtensionMetadata

from code_cells import code_cells
from executed_outputs import read_executed, records
from memoized import memoized
from prose_markdown import prose_around_cells

METADATA = {
    "kernelspec": {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    },
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "pygments_lexer": "ipython3",
    },
}


def offer_notebook(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the notebook beside the page, and tell the page's template where it is."""
    if doctree is None or pagename not in records(app.env):
        return
    config = app.config
    formulas = [
        node.astext()
        for node in doctree.findall()
        if isinstance(node, nodes.math | nodes.math_block)
    ]
    text = memoized(
        app,
        notebook_text,
        *(pagename, records(app.env)[pagename]),
        *(install(config.public_address, config.wheel), context["body"]),
        *(formulas, context["pageurl"] or ""),
        root=Path(app.confdir),
        env=app.env,
        doctree=doctree,
    )
    path = app.builder.get_output_path(pagename).with_suffix(".ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    context["notebook"] = path.name
    if config.public_address and config.colab_repository:
        folder = config.editions[config.language]["folder"]
        context["colab"] = (
            "https://colab.research.google.com/github/"
            f"{config.colab_repository}/{folder}/{pagename}.ipynb"
        )


def notebook_text(
    pagename: str,
    record: str,
    first_cell: str,
    body: str,
    formulas: list[str],
    address: str,
    root: Path,
    env: BuildEnvironment,
    doctree: nodes.document,
) -> str:
    """Make a notebook of a page: its code, and what is said before, between and after.

    Its record is named after its cells and their outputs.
    """
    page = Path(env.doc2path(pagename))
    executed = read_executed(
        page.read_text(encoding="utf-8"),
        env.myst_config,
        str(page),
        str(root / record),
    )
    code = [executed.cells[cell.index] for cell in code_cells(doctree)]
    cells = [new_code_cell(first_cell)]
    prose = prose_around_cells(body, formulas, address)
    for text, cell in zip(prose, [*code, None], strict=True):
        if text:
            cells.append(new_markdown_cell(text))
        if cell:
            cells.append(
                new_code_cell(
                    cell.source,
                    outputs=cell.outputs,
                    execution_count=cell.execution_count,
                )
            )
    for place, cell in enumerate(cells):
        # nbformat draws lots.
        cell.id = f"cell-{place}"
    return nbformat.writes(new_notebook(metadata=METADATA, cells=cells)) + "\n"


def install(public_address: str, wheel: str) -> str:
    """Return code that makes sure that the package is there."""
    if public_address and wheel:
        remedy = f"%pip install --quiet {public_address}{wheel}"
    else:
        message = _(
            "Please install the package of this book first: "
            "run `pip install .` in the folder of the project."
        )
        remedy = f'raise ModuleNotFoundError("{message}") from None'
    return "\n".join(
        [
            f"# {_('The functions of this book are in a package of their own.')}",
            "try:",
            "    import linear_tutorial",
            "except ModuleNotFoundError:",
            f"    {remedy}",
        ]
    )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.setup_extension("executed_outputs")
    app.setup_extension("language_switch")
    app.setup_extension("memoized")
    app.add_config_value("wheel", "", "html", str)
    app.add_config_value("colab_repository", "", "html", str)
    # Before the theme looks which of its parts have something to show.
    app.connect("html-page-context", offer_notebook, priority=100)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
