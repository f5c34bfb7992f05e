"""Write formulas as MathML, which every current browser draws by itself; see README.md.

Sphinx's own renderers need a script from another host, or LaTeX on the machine. Docutils can
translate the mathematics that these pages use; a formula that it cannot translate is an error.
"""

import re
from html import escape

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from .font import FONT, characters_of_font, drawn_characters

logger = logging.getLogger(__name__)

# What never begins a line.
MARKS = re.compile(r"[,.;:!?)\]’”，。、；：！？）》」]+")


def mathml(latex: str, *, as_block: bool = False) -> str:
    """Return a formula as MathML; `as_block` for one on a line of its own."""
    formula = str(tex2mathml(latex, as_block=as_block))
    # Browsers put no space between a function and an argument without brackets: "log2".
    formula = re.sub(
        r"(<mo>&ApplyFunction;</mo>)(\s*<m[in]\b)",
        r'\1<mspace width="0.17em"/>\2',
        formula,
    )
    # Docutils leaves the star of a keyboard, which fonts draw high already: it would float above `W^*`.
    return formula.replace("<mo>*</mo>", "<mo>\N{ASTERISK OPERATOR}</mo>")


def visit(
    translator: HTML5Translator, node: nodes.math | nodes.math_block
) -> None:
    """Write a formula; one on a line of its own stands in a box that scrolls if it is too narrow."""
    as_block = isinstance(node, nodes.math_block)
    try:
        formula = mathml(node.astext(), as_block=as_block)
    except MathError as error:
        message = "this formula cannot be written as MathML: %s"
        logger.error(message, error, location=node)
        # The notebook of the page expects an element for each formula.
        formula = f"<math><mtext>{escape(node.astext())}</mtext></math>"
    else:
        if missing := drawn_characters(formula) - characters_of_font():
            message = "this formula has %s, which the font %s lacks"
            listed = ", ".join(
                f"{each} ({ord(each):X})" for each in sorted(missing)
            )
            logger.error(message, listed, FONT.name, location=node)
    if as_block:
        box = translator.starttag(node, "div", CLASS="math")
        formula = f"{box}{formula}</div>\n"
    translator.body.append(formula)
    raise nodes.SkipNode


class KeepMarksWithFormulas(SphinxPostTransform):
    """Put a formula and the marks behind it into one box: browsers break lines between them."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_kwargs: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            behind = formula.next_node(descend=False, siblings=True)
            if isinstance(behind, nodes.Text) and (
                marks := MARKS.match(behind)
            ):
                rest = nodes.Text(behind[marks.end() :])
                behind.parent.replace(behind, rest)
                kept = nodes.inline(classes=["unbroken"])
                formula.replace_self(kept)
                kept += [formula, nodes.Text(marks.group())]


def setup(app: Sphinx) -> None:
    app.add_post_transform(KeepMarksWithFormulas)
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
    app.add_css_file("mathml.css")
