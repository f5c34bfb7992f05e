"""Comments, docstrings and labels of code, and the words in figures, go through the catalogue.

Each is a message of its page, as a paragraph is: Sphinx's builder `gettext` extracts it, and the page's
catalogue must translate it. `FindCodeWords` puts an invisible node for each into the page, with Sphinx's
interface `translatable`; `Locale` leaves the translation there; `TranslateCode` replaces the words of the
page. Outputs have been compared with their promises already.

Of Python code that is not in a cell, as that of `{literalinclude}`, comments and docstrings are translated.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from textwrap import dedent, indent, shorten

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from nbpromises.cells import code_cells
from nbpromises.order import FIND_CODE_WORDS, TRANSLATE_CODE

from .code_words import (
    COMMENT,
    DOCSTRING,
    DRAWING,
    LABEL,
    WORD,
    Kind,
    Piece,
    Translations,
    entries_of_others,
    labels_with_lost_fields,
    same_fields,
    shown_pieces,
    syntax_fault,
    translate_code,
)
from .drawings import drawn_words, translate_drawing, words_beside_formulas
from .languages import is_translated, own_edition
from .printed_labels import Labels

logger = logging.getLogger(__name__)

NOT_LABELS: list[Kind] = [COMMENT, DOCSTRING]
PYTHON = {"python", "python3", "py", "py3", "ipython", "ipython3"}
# A comment, or a string of several lines.
MAY_HAVE_WORDS = re.compile(r"#.*[^\W\d_]{2}|\"\"\"|'''")


class CodeWords(nodes.Invisible, nodes.Element, addnodes.translatable):
    """One message of a piece of code or of a drawing; nothing of it is rendered."""

    def preserve_original_messages(self) -> None:
        """Do nothing: translations are stored beside the message."""

    def apply_translated_message(
        self, original_message: str, translated_message: str
    ) -> None:
        """Keep the translation."""
        self["translation"] = translated_message

    def extract_original_messages(self) -> list[str]:
        """Return the message."""
        return [self["message"]]


class PageWords:
    """The translated words of a page, for its cells and for the same cells of its notebook."""

    def __init__(
        self,
        translations: Translations,
        sources: Iterable[str],
        language: str,
    ) -> None:
        """`sources` is the code of the page's cells, `language` a tag of HTML."""
        self._translations = translations
        self._labels = Labels(sources, translations)
        self._language = language

    def code(self, source: str) -> str:
        """Translate the code of a cell."""
        return translate_code(source, self._translations)

    def included(self, source: str) -> str:
        """Translate code that is not in a cell."""
        # What `dedent` takes away.
        margin = min(re.findall(r"^[ \t]*(?=\S)", source, re.M), default="")
        code = translate_code(dedent(source), self._translations, NOT_LABELS)
        return indent(code, margin)

    def output(self, text: str, source: str) -> str:
        """Translate what a cell with this code has printed."""
        return self._labels.translate(text, source)

    def drawing(self, svg: str) -> str:
        """Translate a drawing."""
        words = {
            message: translation
            for (kind, message), translation in self._translations.items()
            if kind == DRAWING
        }
        return translate_drawing(svg, words, self._language)


def translations(document: nodes.document) -> Translations:
    """Return the words of a page's code with their translations, also those that are the same."""
    return {
        (node["kind"], node["message"]): node.get(
            "translation", node["message"]
        )
        for node in document.findall(CodeWords)
    }


class FindCodeWords(SphinxTransform):
    """Put a node behind each block of code, and behind each drawing, for each of its messages."""

    default_priority = FIND_CODE_WORDS

    def apply(self, **kwargs: object) -> None:
        # The line of each cell, which its container does not have.
        lines = self.env.metadata[self.env.docname].get("source_map", [])
        cells = list(code_cells(self.document))
        page = [cell.code.astext() for cell in cells if cell.code]
        for cell in cells:
            # Those of notebooks in .ipynb are not known.
            line = lines[cell.index] if lines else 1
            location = self.env.docname, line
            code = cell.code.astext() if cell.code else ""
            pieces = shown_pieces(code)
            for text in labels_with_lost_fields(code, page):
                fault = (
                    f"write an f-string, whose output can be translated: {text}"
                )
                self._report(fault, location)
            for image in cell.svg_images:
                svg = _file(self, image).read_text(encoding="utf-8")
                pieces += [Piece(DRAWING, text) for text in drawn_words(svg)]
                for text in words_beside_formulas(svg):
                    fault = f"draw words and formulas apart, to have the words translated: {text}"
                    self._report(fault, location)
            printed = " ".join(block.astext() for block in cell.texts)
            if not cell.code and WORD.search(printed):
                fault = f"hide-input, not remove-input, to have the words translated: {shorten(printed, 60)}"
                self._report(fault, location)
            # Some show code of another language, or an error.
            if not (code.startswith("%%") or "raises-exception" in cell.tags):
                self._report(syntax_fault(code), location)
            # MyST-NB looks at the first child for code, and at the last for outputs.
            place = 1 if cell.code else 0
            cell.node[place:place] = _nodes(pieces, cell.node, line)
        for block in list(_included(self.document)):
            code = dedent(block.astext())
            pieces = shown_pieces(code, NOT_LABELS)
            if MAY_HAVE_WORDS.search(code) and not code.startswith(">>>"):
                self._report(syntax_fault(code), block)
            place = block.parent.index(block) + 1
            new = _nodes(pieces, block, block.line)
            block.parent[place:place] = new

    def _report(
        self, fault: str, location: nodes.Node | tuple[str, int]
    ) -> None:
        """Report words that cannot be found or replaced, if there are any."""
        if fault and is_translated(self.config):
            logger.error(fault, location=location)


class TranslateCode(SphinxTransform):
    """Replace the words of code, outputs and drawings by their translations."""

    default_priority = TRANSLATE_CODE

    def apply(self, **kwargs: object) -> None:
        if not is_translated(self.config):
            return
        self._check_fields()
        cells = list(code_cells(self.document))
        page = [cell.code.astext() for cell in cells if cell.code]
        found = translations(self.document)
        words = PageWords(found, page, own_edition(self.config)["tag"])
        for cell in cells:
            source = cell.code.astext() if cell.code else ""
            # They have the line of the cell.
            place = next(cell.node.findall(CodeWords), cell.node)
            for name in sorted(entries_of_others(source, page)):
                if found.get((LABEL, name), name) != name:
                    message = f"{name!r} is a label, and an entry that the page does not define: translated, it is not found; print other words, such as '{name}:'"
                    logger.error(message, location=place)
            if cell.code:
                self._replace(cell.code, words.code, place)
            for block in cell.texts:
                output = partial(words.output, source=source)
                self._replace(block, output, place)
            for image in cell.svg_images:
                path = _file(self, image)
                svg = words.drawing(path.read_text(encoding="utf-8"))
                name = f"{hashlib.sha256(svg.encode()).hexdigest()}.svg"
                path.with_name(name).write_text(svg, encoding="utf-8")
                image["uri"] = image["uri"].replace(path.name, name)
        for block in _included(self.document):
            self._replace(block, words.included, block)

    def _check_fields(self) -> None:
        """Report translations that fill in something else, and drop them."""
        for node in self.document.findall(CodeWords):
            words = node.get("translation")
            source = node["message"]
            if words and node["has_fields"] and not same_fields(words, source):
                message = f"the translation has other fields: {words}"
                logger.error(message, location=node)
                del node["translation"]

    def _replace(
        self,
        block: nodes.literal_block,
        translated: Callable[[str], str],
        place: nodes.Element,
    ) -> None:
        """Replace the text of a block; `place` has the line for an error."""
        try:
            block.rawsource = translated(block.astext())
        except ValueError as error:
            logger.error(str(error), location=place)
            # The notebook is written from them, too, before the build fails.
            for node in self.document.findall(CodeWords):
                node.attributes.pop("translation", None)
        else:
            block[:] = [nodes.Text(block.rawsource)]


def _included(document: nodes.document) -> Iterator[nodes.literal_block]:
    """Find the blocks of Python code that are not in a cell."""
    for block in document.findall(nodes.literal_block):
        language = block.get("language")
        # `{literalinclude}` leaves out the language, and Sphinx takes Python for it.
        is_python = (
            language.lower() in PYTHON
            if language
            else block.get("source", "").endswith(".py")
        )
        if is_python and "nb_element" not in block.parent:
            yield block


def _nodes(
    pieces: Iterable[Piece], place: nodes.Element, line: int | None
) -> list[nodes.Node]:
    """Return a node for each message."""
    found: dict[tuple[Kind, str], nodes.Node] = {}
    for piece in pieces:
        key = piece.kind, piece.message
        node = CodeWords(
            kind=piece.kind, message=piece.message, has_fields=piece.has_fields
        )
        node.source, node.line = place.source, line
        found.setdefault(key, node)
    return [*found.values()]


def _file(transform: SphinxTransform, image: nodes.image) -> Path:
    return Path(transform.env.srcdir, image["uri"].lstrip("/"))


def skip(translator: nodes.NodeVisitor, node: nodes.Node) -> None:
    """Write nothing."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    # The HTML of a page, and its notebook, are written with them.
    visit = skip, None
    app.add_node(
        CodeWords, html=visit, latex=visit, text=visit, man=visit, texinfo=visit
    )
    app.add_transform(FindCodeWords)
    app.add_transform(TranslateCode)
