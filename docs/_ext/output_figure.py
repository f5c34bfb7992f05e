"""The directive `{output-figure}`: a caption and an alt text for what the code cell above draws.

Caption and alt text are prose, so they stand outside the cell: an edit to them executes nothing,
and both reach the translators. A drawing without the directive is an error, and so is a picture from
a file, which could show anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.images import get_image_size
from sphinx.util.typing import ExtensionMetadata, OptionSpec

from code_cells import code_cells

logger = logging.getLogger(__name__)


CLASS = "output-figure"


def is_output_figure(node: nodes.Node) -> bool:
    """Tell whether a node was made by the directive."""
    return isinstance(node, nodes.figure) and CLASS in node["classes"]


class OutputFigureDirective(SphinxDirective):
    """Make a figure of the picture that the code cell above draws.

    The content is the caption; ``:alt:`` says what is seen, and ``:name:`` is the target for
    references.
    """

    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "alt": directives.unchanged_required,
        "name": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the figure, still without a picture."""
        missing = [
            name for name in ("alt", "name") if not self.options.get(name)
        ]
        self.assert_has_content()
        if missing:
            raise self.error(f"{self.name} needs the option :{missing[0]}:")
        picture = nodes.image(uri="", alt=self.options["alt"])
        caption_text = "\n".join(self.content)
        children, messages = self.parse_inline(
            caption_text, lineno=self.content_offset + 1
        )
        caption = nodes.caption(caption_text, "", *children)
        figure = nodes.figure("", picture, caption, classes=[CLASS])
        for node in (picture, caption, figure):
            self.set_source_info(node)
        self.add_name(figure)
        return [figure, *messages]


class PlacePictures(SphinxTransform):
    """Move each cell's drawings into the figures behind it."""

    # After Sphinx has translated the alt text (at 20).
    default_priority = 30

    def apply(self, **kwargs: object) -> None:
        """Fill the figures of one page."""
        for cell in list(code_cells(self.document)):
            figures = cell.followers(is_output_figure)
            drawings = cell.drawings
            if len(drawings) != len(figures):
                logger.error(
                    "the cell draws %d figure(s), but %d {output-figure} with caption and "
                    "alt text follow(s) it",
                    len(drawings),
                    len(figures),
                    location=cell.node,
                )
            for drawing, figure in zip(drawings, figures, strict=False):
                _place(drawing, figure)
        for figure in list(self.document.findall(nodes.figure)):
            if is_output_figure(figure) and isinstance(figure[0], nodes.image):
                logger.error(
                    "no code cell above draws this figure", location=figure
                )
                figure.pop(0)
        for number, image in enumerate(self.document.findall(nodes.image)):
            if _is_output(image):
                _keep_free(image, Path(self.env.srcdir))
                if number:
                    # Below the part of the page that is shown first.
                    image["loading"] = "lazy"
            else:
                logger.error(
                    "this picture is a file; draw it in a code cell, so that every build draws it anew",
                    location=image,
                )


def _is_output(node: nodes.Node) -> bool:
    while node := node.parent:
        if isinstance(node, nodes.Element) and "nb_element" in node:
            return True
    return False


def _keep_free(image: nodes.image, folder: Path) -> None:
    """Tell the browser the size of a picture, so that nothing moves when it arrives."""
    size = get_image_size(folder / image["uri"].lstrip("/"))
    if size:
        image["width"], image["height"] = map(str, size)


def _place(drawing: nodes.Element, figure: nodes.figure) -> None:
    for image in drawing.findall(nodes.image):
        image["alt"] = figure[0]["alt"]
    output_area = drawing.parent
    output_area.remove(drawing)
    if not output_area.children:
        output_area.parent.remove(output_area)
    figure[0] = drawing


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    app.add_directive("output-figure", OutputFigureDirective)
    app.add_transform(PlacePictures)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
