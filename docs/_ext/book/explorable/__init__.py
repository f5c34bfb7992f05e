"""The directive `{explorable}`: an interactive training loop, for browsers with JavaScript.

Its content is the labels of the data, filled in from the run; explorable.js draws the rest and is
loaded only where there is one. Paper and readers without scripts have the figure beside it.
"""

import json

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..words import _


class Explorable(nodes.General, nodes.Element):
    """The place of an explorable; its text is numbers."""


class ExplorableDirective(SphinxDirective):
    """Make an explorable from labels in the order of their inputs, separated by spaces."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the node with its numbers; as no `TextElement`, it adds nothing to a catalogue."""
        self.assert_has_content()
        numbers, messages = self.parse_inline(" ".join(self.content))
        return [Explorable("", *numbers), *messages]


def interface_texts() -> dict[str, str]:
    """Return the texts of the controls and drawings, in the language of the page."""
    return {
        "plane": _("The loss over W and b, with the path of the training"),
        "data": _("The data and the line after the last update"),
        "curve": _("The loss over the epochs, on a logarithmic scale"),
        "start": _("Start; move it with the arrow keys"),
        "rate": _("Learning rate"),
        "step": _("One step"),
        "run": _("Run"),
        "pause": _("Pause"),
        "restart": _("Back to the start"),
        "epoch": _("epoch {}: "),
        "loss": _("loss (log)"),
        "diverges": _(
            "The loss is no longer finite: the learning rate is too large."
        ),
    }


def visit(translator: HTML5Translator, node: Explorable) -> None:
    """Write the start tag of the box, which stays hidden until explorable.js has filled it."""
    translator.body.append(
        translator.starttag(
            node,
            "div",
            CLASS="explorable",
            hidden="hidden",
            **{"data-words": json.dumps(interface_texts(), ensure_ascii=False)},
        )
    )


def depart(translator: HTML5Translator, node: Explorable) -> None:
    """Close the box."""
    translator.body.append("</div>\n")


def load_script(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Load the script on the pages that have an explorable."""
    if doctree and any(doctree.findall(Explorable)):
        app.add_js_file("explorable.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_node(Explorable, html=(visit, depart))
    app.add_directive("explorable", ExplorableDirective)
    app.connect("html-page-context", load_script)
