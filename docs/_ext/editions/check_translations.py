"""A page that is not completely translated fails the build.

Sphinx shows the source text wherever a translation is missing, without a warning. Here, every message
of a page must have a translation that could be applied, and the page's catalogue may hold nothing
else: no fuzzy entry, no obsolete one, no other glued values or numbers than the source's.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from types import UnionType
from urllib.parse import urlsplit

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages

from nbpromises.order import CHECK_CATALOGUE, CHECK_TRANSLATED
from nbpromises.promises.numbers import (
    GLUED,
    names_with_numbers,
    signed_numbers,
)

from .catalogues import HEADER, catalogues, faults, header_fault
from .languages import is_translated
from .translate_code import translations

logger = logging.getLogger(__name__)

# The attribute in which `CheckCatalogue` leaves the contents of a message for `CheckTranslated`.
SOURCE = "editions_source"
NOT_PROSE = nodes.literal | nodes.math | nodes.literal_block | nodes.math_block
# Code, and what Sphinx writes or hides itself.
SAME = (
    nodes.literal
    | nodes.math
    | nodes.math_block
    | nodes.doctest_block
    | nodes.Invisible
    | nodes.label
    | nodes.system_message
    | addnodes.desc_signature
    | addnodes.literal_emphasis
    | addnodes.literal_strong
    | addnodes.production
    | addnodes.versionmodified
)
TAG = re.compile(
    r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]")
# Of Chinese and Japanese, which leave no blanks between them, about as many.
WORDS = re.compile(r"[\u3040-\u9fff]{2}|[^\W\d_\u3040-\u9fff]{2,}")
# What a translation shows if its markup was not recognized, also in full width.
MARKUP = re.compile(r"[*_`$＊｀＄]|\]\(|\]（(?=https?:|[#./])|\{[\w:]+\}")


def check_catalogues(
    app: Sphinx, env: BuildEnvironment, docnames: list[str]
) -> None:
    """Report what is wrong in the lines of all catalogues, and catalogues without a page."""
    if not is_translated(app.config):
        return
    folder = _folder(env)
    for path in catalogues(folder):
        content = path.read_bytes()
        for line, fault in faults(content):
            logger.error(fault, location=f"{path}:{line}")
        if not HEADER.search(content):
            message = "no header (an empty msgid); 'make catalogues' writes one"
            logger.error(message, location=f"{path}:1")
        name = path.relative_to(folder).with_suffix("").as_posix()
        # Sphinx's own words and those of themes are in `sphinx.po`.
        if name not in env.found_docs | {"sphinx"}:
            message = f"there is no page {name}: has it moved? 'make catalogues' moves its translations; then remove this catalogue"
            logger.error(message, location=f"{path}:1")


def compile_catalogues(app: Sphinx) -> None:
    """Compile stale catalogues in the place of Sphinx, and end with one line if that is impossible.

    Sphinx goes by the times of the files. That misses a catalogue that was replaced by an older one, or
    while the build ran, and a .mo file that a killed build left incomplete. So the digest of a .po file
    stands behind the end of its .mo file, where gettext does not look.
    """
    if not is_translated(app.config):
        return
    folder = _folder(app.env)
    try:
        for path in catalogues(folder):
            content = path.read_bytes()
            if fault := header_fault(content):
                line, message = fault
                sys.exit(f"{path}:{line}: ERROR: {message}")
            _compile(path, content, app.config.language)
        for compiled in folder.rglob("*.mo"):
            if not compiled.with_suffix(".po").exists():
                compiled.unlink()
    except OSError as error:
        # Sphinx would print a traceback for any exception.
        why = "a catalogue is compiled beside its source"
        # Where a disk is full, the error names no file.
        place = error.filename or folder
        sys.exit(f"{place}: ERROR: {error.strerror}; {why}")


def _compile(path: Path, content: bytes, language: str) -> None:
    compiled = path.with_suffix(".mo")
    digest = hashlib.sha256(content).digest()
    if compiled.exists() and compiled.read_bytes().endswith(digest):
        return
    made = BytesIO()
    try:
        catalogue = read_po(BytesIO(content), locale=language)
        for entry in catalogue:
            # A blank heading would end Sphinx with a traceback; it is reported as not translated.
            if not _translation(entry):
                entry.string = ""
        write_mo(made, catalogue)
    except ValueError as error:
        logger.error(f"cannot be compiled: {error}", location=path)
    else:
        compiled.write_bytes(made.getvalue() + digest)


def _translation(entry: Message) -> str:
    """Return the translation of an entry, or "" if it has none but blanks, of any width or as "&nbsp;"."""
    text = str(entry.string)
    return text if unescape(text).strip() else ""


class CheckLinks(SphinxTransform):
    """Report what finds nothing in a translation.

    That is a link by the words of a heading, and a value glued without the name of its page.
    """

    default_priority = CHECK_CATALOGUE

    def apply(self, **kwargs: object) -> None:
        labels = self.document.nametypes
        for link in self.document.findall(addnodes.pending_xref):
            if link.get("reftargetid"):
                self._report(link, f"{link['reftarget']}#{link['reftargetid']}")
        for link in self.document.findall(nodes.reference):
            name = link.get("refuri", "").removeprefix("#")
            if (
                link.get("id_link")
                and not labels.get(name)
                and not link.children
            ):
                self._report(link, f"#{name}")
        for value in self.document.findall(nodes.inline):
            if GLUED in value["classes"]:
                page = Path(self.env.doc2path(self.env.docname)).name
                message = f"the value {value.astext()} is glued without its page, which translations need: {{glue:text}}`{page}::...`"
                logger.error(message, location=value)

    def _report(self, link: nodes.Element, target: str) -> None:
        message = f"a link to the words of a heading ({target}); use a label and {{ref}}"
        logger.error(message, location=link)


class CheckCatalogue(SphinxTransform):
    """Compare a page's messages with the entries of its catalogue."""

    default_priority = CHECK_CATALOGUE

    def apply(self, **kwargs: object) -> None:
        if not is_translated(self.config):
            return
        path = _folder(self.env) / f"{self.env.docname}.po"
        if not path.exists():
            message = f"no catalogue {path}; run 'make catalogues'"
            logger.error(message, location=(self.env.docname, 1))
            return
        with path.open("rb") as file:
            catalogue = read_po(file)
        used = self._check_messages(catalogue)
        for entry in catalogue:
            if entry.id:
                words = self.config.editions_number_words
                _check_entry(entry, used, path, words)
        for text, entry in catalogue.obsolete.items():
            logger.error(f"obsolete: {text}", location=f"{path}:{entry.lineno}")

    def _check_messages(self, catalogue: Catalog) -> set[str]:
        """Report the page's untranslated messages, and return the messages that it uses."""
        # Sphinx has translated its own headings, such as "Parameters", already.
        translated = {
            _(str(entry.id)): entry for entry in catalogue if entry.id
        }
        used = set()
        messages = list(extract_messages(self.document))
        reached = {node for node, _ in messages}
        for node in out_of_reach(self.document, reached):
            message = f"no translation reaches this {node.tagname}, use another block: {node.astext()}"
            logger.error(message, location=node)
        for node, text in messages:
            if _is_metadata(node):
                node["nothing_to_apply"] = True
                continue
            entry = catalogue.get(text) or translated.get(text)
            translation = _translation(entry) if entry else ""
            if not translation:
                logger.error(f"not translated: {text}", location=node)
            elif isinstance(node, nodes.math_block):
                if text != translation:
                    # Sphinx would parse it as text, and lose it.
                    message = f"a formula is the same in every language: {text}"
                    logger.error(message, location=node)
            elif text == translation and _is_sentence(node):
                message = f"the translation is the source text: {text}"
                logger.error(message, location=node)
            source = str(entry.id) if entry else text
            used.add(source)
            if source != text or entry is None:
                node["nothing_to_apply"] = True
            else:
                kept = contents(node, self.config.editions_mirrors)
                node[SOURCE] = kept | notation(node)
        return used


def _folder(env: BuildEnvironment) -> Path:
    """Return the folder of the catalogues of the edition that is built."""
    (locale_dir,) = env.config.locale_dirs
    return Path(env.srcdir, locale_dir, env.config.language, "LC_MESSAGES")


def _check_entry(
    entry: Message, used: set[str], path: Path, words: dict[str, str]
) -> None:
    text, translation = str(entry.id), str(entry.string)
    faults = {
        f"fuzzy: {text}": entry.fuzzy,
        f"the translation fills in other values: {translation}": (
            glued(text) != glued(translation)
        ),
        f"the translation has other numbers: {translation}": (
            not same_numbers(text, translation, words)
        ),
        f"the translation has other names: {translation}": bool(
            names_with_numbers(translation) - names_with_numbers(text)
        ),
        f"the translation has a line break: {translation}": (
            "\n" in translation and "\n" not in text
        ),
        f"not on the page any more: {text}": text not in used,
    }
    for fault, found in faults.items():
        if found:
            logger.error(fault, location=f"{path}:{entry.lineno}")


class CheckTranslated(SphinxTransform):
    """Report translations that `Locale` skipped: they parse as a list or another block."""

    default_priority = CHECK_TRANSLATED

    def apply(self, **kwargs: object) -> None:
        if not is_translated(self.config):
            return
        labels = {
            f"literal {label}": f"literal {translation}"
            for (_, label), translation in translations(self.document).items()
        }
        for node in self.document.findall(_is_refused):
            message = f"the translation was not applied: {node.astext()}"
            logger.error(message, location=node)
        for node in self.document.findall(nodes.Element):
            source = node.attributes.pop(SOURCE, None)
            if source is None:
                continue
            here = contents(node, self.config.editions_mirrors)
            for target in sorted(here - source):
                message = f"only in the translation: {target}"
                logger.error(message, location=node)
            for target in sorted(source - here - notation(node)):
                # Prose may name a label that the page translates.
                if labels.get(target) not in notation(node):
                    message = f"not in the translation: {target}"
                    logger.error(message, location=node)


def adopt_translated_nodes(app: Sphinx, doctree: nodes.document) -> None:
    """Point translated nodes at their page's document.

    Sphinx parses each translation as a document of its own. Its nodes go on to name that document,
    which refers to the whole environment: each pickled page would hold a copy of it.
    """
    for node in doctree.findall():
        node.document = doctree


def contents(node: nodes.Element, mirrors: dict[str, str]) -> set[str]:
    """Return what a translation must not change: where links and references lead, left-over markup.

    `mirrors` has hosts that publish what another host does, with that host.
    """
    found = {
        str(reference["reftarget"]).casefold()
        for reference in node.findall(addnodes.pending_xref)
    }
    for link in node.findall(nodes.reference):
        address = urlsplit(link.get("refuri", ""))
        host = mirrors.get(address.netloc, address.netloc)
        found.add(
            address._replace(netloc=host, query="").geturl()
            or str(link.get("reftarget", ""))
        )
    found |= {str(image["uri"]) for image in node.findall(nodes.image)}
    if marks := MARKUP.findall(_prose(node, NOT_PROSE)):
        found.add(f"left-over markup {''.join(sorted(marks))}")
    return found


def out_of_reach(
    element: nodes.Element, reached: set[nodes.Element]
) -> Iterator[nodes.Element]:
    """Yield the elements whose words no catalogue can replace, such as HTML."""
    for child in element.children:
        if not isinstance(child, nodes.Element):
            text = (
                TAG.sub("", child) if isinstance(element, nodes.raw) else child
            )
            if WORD.search(text):
                yield element
        elif not (child in reached or _is_same_everywhere(child)):
            yield from out_of_reach(child, reached)


def _is_same_everywhere(node: nodes.Element) -> bool:
    """Return whether an element is code, what code shows, or what Sphinx has translated itself."""
    if isinstance(node, nodes.literal_block):
        return all(isinstance(child, nodes.Text) for child in node.children)
    if isinstance(node, addnodes.pending_xref) and not node.get(
        "refexplicit", True
    ):
        # Sphinx puts the title of the target in, as for cards of sphinx-design.
        return True
    # The address to which a card of sphinx-design leads.
    if "sd-hide-link-text" in node["classes"]:
        return True
    return "nb_element" in node or isinstance(node, SAME) or _is_metadata(node)


def notation(node: nodes.Element) -> set[str]:
    """Return what a translation may repeat, or add to: code, formulas and the queries of links."""
    queries = {
        f"{each} (in the query of a link)"
        for link in node.findall(nodes.reference)
        for each in urlsplit(link.get("refuri", "")).query.split("&")
        if each
    }
    return queries | {
        f"{each.tagname} {each.astext()}"
        for each in node.findall(nodes.TextElement)
        if isinstance(each, nodes.literal | nodes.math)
        and not isinstance(
            each.parent, addnodes.pending_xref | addnodes.download_reference
        )
    }


def _is_sentence(node: nodes.Element) -> bool:
    """Return whether a message has so many words beside code, formulas and titles that it needs a translation."""
    prose = _prose(node, NOT_PROSE | nodes.reference)
    return len(WORDS.findall(prose)) > 3


def _prose(node: nodes.Element, left_out: UnionType) -> str:
    """Return the text of a message that is not within one of these nodes."""
    return " ".join(
        text
        for text in node.findall(nodes.Text)
        if not isinstance(text.parent, left_out)
    )


def glued(text: str) -> list[str]:
    """List the targets of the {glue} roles in a text.

    >>> glued("from {glue:text}`a.md::w:.2f` to {glue}`a.md::b`")
    ['a.md::b', 'a.md::w:.2f']
    """
    return sorted(re.findall(r"\{glue(?::[a-z]*)?\}`([^`]*)`", text))


def same_numbers(text: str, translation: str, words: dict[str, str]) -> bool:
    """Return whether two texts have the same numbers, up to those that the first spells out.

    >>> same_numbers("Ten epochs at 0.1", "10 轮，学习率 0.1", {"ten": "10"})
    True
    >>> same_numbers("Ten epochs at 0.1", "10 轮", {"ten": "10"})
    False
    >>> same_numbers("Two hundred epochs", "200 轮", {"two": "2", "two hundred": "200"})
    True
    """
    here = Counter(signed_numbers(text))
    there = Counter(signed_numbers(translation))
    digits = {word.lower(): number for word, number in words.items()}
    longest_first = sorted(digits, key=len, reverse=True)
    found = re.findall(rf"\b({'|'.join(longest_first)})\b", text.lower())
    spelled = Counter(digits[word] for word in found if word)
    return here <= there <= here + spelled


def _is_refused(node: nodes.Node) -> bool:
    """Return whether Sphinx had a translation to apply to a node and did not."""
    return (
        isinstance(node, nodes.Element)
        and node.get("translated") is False
        and not node.get("nothing_to_apply")
        # Sphinx does not mark these as translated.
        and not isinstance(node, nodes.image | addnodes.translatable)
    )


def _is_metadata(node: nodes.Node) -> bool:
    """Return whether a node belongs to the front matter, which no reader sees."""
    while node.parent and not isinstance(node.parent, nodes.document):
        node = node.parent
    return isinstance(node, nodes.field_list)
