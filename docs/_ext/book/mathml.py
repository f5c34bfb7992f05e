"""Write formulas as MathML, which every current browser draws by itself.

Sphinx's own renderers need a script from another host, or LaTeX on the machine. Docutils can
translate the mathematics that these pages use; a formula that it cannot translate is an error.
"""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def visit(
    translator: HTML5Translator, node: nodes.math | nodes.math_block
) -> None:
    """Write a formula; one on a line of its own stands in a box that scrolls if it is too narrow."""
    as_block = isinstance(node, nodes.math_block)
    try:
        formula = str(tex2mathml(node.astext(), as_block=as_block))
    except MathError as error:
        message = "this formula cannot be written as MathML: %s"
        logger.error(message, error, location=node)
        raise nodes.SkipNode from error
    if as_block:
        box = translator.starttag(node, "div", CLASS="math")
        formula = f"{box}{formula}</div>\n"
    translator.body.append(formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
