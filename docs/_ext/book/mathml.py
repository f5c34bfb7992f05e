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


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def visit_math_block(
    translator: HTML5Translator, node: nodes.math_block
) -> None:
    """Write a formula on a line of its own, in a box that scrolls when it is too narrow."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(_mathml(node, as_block=True))
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def _mathml(node: nodes.math | nodes.math_block, *, as_block: bool) -> str:
    try:
        return str(tex2mathml(node.astext(), as_block=as_block))
    except MathError as error:
        logger.error(
            "this formula cannot be written as MathML: %s", error, location=node
        )
        return ""


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_html_math_renderer(
        "mathml", (visit_math, None), (visit_math_block, None)
    )
