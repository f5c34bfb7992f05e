"""The directive `{output-figure}`: a caption and an alt text for what the code cell above draws.

Caption and alt text are prose, so they stand outside of the cell: an edit of them executes nothing,
and both reach the translators. With the setting `nbpromises_describe_figures`, a drawing without the
directive is an error, and so are a picture from a file, which no build draws again, and a glued one,
which no promise holds.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.images import get_image_size
from sphinx.util.typing import OptionSpec

from ..cells import code_cells
from ..order import PLACE_FIGURES

logger = logging.getLogger(__name__)

CLASS = "output-figure"


def is_output_figure(node: nodes.Node) -> bool:
    """Return whether a node was made by the directive."""
    return isinstance(node, nodes.figure) and CLASS in node["classes"]


class OutputFigureDirective(SphinxDirective):
    """Make a figure of the picture that the code cell above draws.

    The content is the caption; ``:alt:`` describes the picture, ``:name:`` is the target of
    references.
    """

    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "alt": directives.unchanged_required,
        "name": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the figure; `PlaceFigures` puts the picture in."""
        self.assert_has_content()
        for option in self.option_spec:
            if not self.options.get(option):
                raise self.error(f"{self.name} needs the option :{option}:")
        picture = nodes.image(uri="", alt=self.options["alt"])
        text, first_line = "\n".join(self.content), self.content_offset + 1
        children, messages = self.parse_inline(text, lineno=first_line)
        caption = nodes.caption(text, "", *children)
        figure = nodes.figure("", picture, caption, classes=[CLASS])
        for node in (picture, caption, figure):
            self.set_source_info(node)
        self.add_name(figure)
        return [figure, *messages]


class PlaceFigures(SphinxTransform):
    """Move each cell's drawings into the figures behind it."""

    default_priority = PLACE_FIGURES

    def apply(self, **kwargs: object) -> None:
        required = self.config.nbpromises_describe_figures
        for cell in list(code_cells(self.document)):
            figures = cell.followers(is_output_figure)
            drawings = cell.drawings
            if len(drawings) != len(figures) and (required or figures):
                message = (
                    f"the cell draws {len(drawings)} figure(s), but {len(figures)} "
                    "{output-figure} with caption and alt text follow(s) it"
                )
                logger.error(message, location=cell.node)
            for option in sorted(cell.options & {"figure", "image"}):
                # MyST-NB puts the drawing into a node in which no check looks for it.
                message = (
                    f"use {{output-figure}} in place of the option {option}"
                )
                logger.error(message, location=cell.node)
            for drawing, figure in zip(drawings, figures, strict=False):
                _place(drawing, figure)
        for figure in list(self.document.findall(nodes.figure)):
            if is_output_figure(figure) and isinstance(figure[0], nodes.image):
                message = "no code cell above draws this figure"
                logger.error(message, location=figure)
                figure.pop(0)
        for number, figure in enumerate(
            self.document.findall(is_output_figure)
        ):
            for image in figure.findall(nodes.image):
                # Nothing moves when a picture arrives whose size is known. Those that are too wide are
                # made narrower; the style sheet must set their height to "auto".
                path = Path(self.env.srcdir, image["uri"].lstrip("/"))
                size = get_image_size(path)
                if size and not {"width", "height"} & image.attributes.keys():
                    image["width"], image["height"] = map(str, size)
                if number:
                    # The first one is mostly seen as soon as the page is opened.
                    image["loading"] = "lazy"
        for image in self.document.findall(nodes.image) if required else ():
            around = list(_with_parents(image))
            if not any("nb_element" in node for node in around):
                message = "this picture is a file; draw it in a code cell, so that every build draws it anew"
                logger.error(message, location=image)
            elif not any(map(_is_described, around)):
                message = "this drawing is glued; let a visible code cell show it, so that it is described"
                place = next((node for node in around if node.line), image)
                logger.error(message, location=place)


def _with_parents(node: nodes.Element | None) -> Iterator[nodes.Element]:
    while node is not None:
        yield node
        node = node.parent


def _is_described(node: nodes.Element) -> bool:
    """Return whether drawings in a node are counted and promised: in cells and their figures."""
    return node.get("nb_element") == "cell_code" or is_output_figure(node)


def _place(drawing: nodes.Element, figure: nodes.figure) -> None:
    for image in drawing.findall(nodes.image):
        image["alt"] = figure[0]["alt"]
    output_area = drawing.parent
    output_area.remove(drawing)
    if not output_area.children:
        output_area.parent.remove(output_area)
    figure[0] = drawing
