"""Catalogues: what is wrong in their lines, and their update from the pages.

`python -m editions.catalogues FOLDER` updates the catalogues of the project in a folder from the
templates that Sphinx's builder `gettext` has written into `_build/gettext`.
"""

import codecs
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from nbpromises.sources import name_strange, replace_file

from .languages import read_table

LINE = re.compile(
    r'(?:(msgid|msgstr)[ \t]+)?"((?:[^"\\]|\\[abfnrtvx0-7\\"])*)"\s*'
)
# But for line breaks and tabs.
CONTROL = re.compile(r"(?<!\\)(?:\\\\)*(\\[abfrvx0-7])")
HEADER = re.compile(
    rb'^[ \t]*msgid[ \t]+""\s*\n(?:[ \t]*""\s*\n)*[ \t]*msgstr[ \t].*\n(?:[ \t]*".*"\s*\n)*',
    re.MULTILINE,
)
NOT_UTF_8 = "not written in UTF-8"
CHARSET = re.compile(rb'"Content-Type:[^"]*charset=([^\s"\\]+)')
# gettext guesses from "10% of" that Python's operator % fills in the text.
GUESSED = {"python-format", "python-brace-format"}
GUESS = "guessed by gettext, remove it"


def catalogues(folder: Path) -> list[Path]:
    """List the catalogues in a folder, without hidden ones: locks and copies of editors."""
    paths = sorted(folder.rglob("*.po"))
    return [
        path
        for path in paths
        if not re.search(r"(^|/)\.", path.relative_to(folder).as_posix())
    ]


def faults(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines of a catalogue that `msgfmt --check` refuses, each with what is wrong.

    Babel, with which Sphinx reads catalogues, skips or merges them.

    >>> list(faults(b'msgid "a"\\nmsgstr "b"\\nmsgstr "c"\\n<<<<<<< HEAD\\n'))
    [(3, 'a msgstr without a msgid'), (4, 'not a line of a catalogue: <<<<<<< HEAD')]
    >>> list(faults(b'#, python-format\\nmsgid "a"\\nmsgstr ""\\nmsgid "a"\\nmsgstr ""\\n'))
    [(1, 'guessed by gettext, remove it: python-format'), (4, 'given once more, first in line 2')]
    """
    if fault := header_fault(content):
        yield fault
        return
    lines = content.decode().split("\n")
    keyword = "msgstr"
    texts = {"msgid": "", "msgstr": ""}
    starts: dict[str, int] = {}
    start = 0
    comment = False
    for number, line in enumerate([*lines, 'msgid ""'], start=1):
        if name := name_strange(line):
            yield number, f"{name}: remove it"
        if line.startswith("#~|"):
            yield number, "Babel cannot read this line: remove it"
        if line.startswith("#,"):
            for flag in GUESSED & set(re.findall(r"[\w-]+", line)):
                yield number, f"{GUESS}: {flag}"
        line = line.removeprefix("#~ ").strip()
        if not line or line.startswith("#"):
            comment = comment or line.startswith("#")
            continue
        match = LINE.fullmatch(line)
        if not match:
            yield number, f"not a line of a catalogue: {line}"
            continue
        if escape := CONTROL.search(match[2]):
            yield number, f"{escape[1]} is a control character: remove it"
        if comment and match[1] != "msgid":
            yield number, "a comment stands in the middle of an entry"
        comment = False
        before, keyword = keyword, match[1] or keyword
        if match[1]:
            if keyword == before == "msgid":
                yield start, "without a msgstr"
            elif keyword == before:
                yield number, "a msgstr without a msgid"
            elif keyword == "msgstr" and texts["msgid"] in starts:
                first = starts[texts["msgid"]]
                yield start, f"given once more, first in line {first}"
            elif keyword == "msgstr":
                starts[texts["msgid"]] = start
            elif (
                all(texts.values())
                and len(set(map(_edges, texts.values()))) > 1
            ):
                yield start, "only one text begins or ends with a line break"
            if keyword == "msgid":
                start = number
            texts[keyword] = ""
        texts[keyword] += match[2]


def header_fault(content: bytes) -> tuple[int, str] | None:
    """Return the line and a message if a catalogue is not UTF-8 or its header cannot be read.

    Babel must read it, and then gettext: where that fails, Sphinx goes on without the catalogue.
    """
    declared = CHARSET.search(content)
    if declared and declared[1].lower() not in {b"utf-8", b"utf8"}:
        return _line(content, declared.start(1)), NOT_UTF_8
    try:
        content.decode()
        header = HEADER.search(content)
        if header:
            compiled = BytesIO()
            # With any locale: Babel writes the rule for plurals only then.
            write_mo(compiled, read_po(BytesIO(header[0]), locale="en"))
            compiled.seek(0)
            charset = GNUTranslations(compiled).charset() or "utf-8"
            # It is another one if a second Content-Type says so.
            if codecs.lookup(charset).name != "utf-8":
                return _line(content, header.start()), NOT_UTF_8
    except UnicodeDecodeError as error:
        return _line(content, error.start), NOT_UTF_8
    except (LookupError, ValueError) as error:
        place = header.start() if header else 0
        return _line(content, place), f"the header cannot be read: {error}"
    return None


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _edges(text: str) -> tuple[bool, bool]:
    return text.startswith("\\n"), text.endswith("\\n")


def update(path: Path, template: Path, memory: dict[str, str]) -> None:
    """Write the messages of a template into a catalogue, in their order, with the old translations.

    What is new has the translation of `memory`, none or, if an old message resembles it, a fuzzy one;
    translations that are not used any more are kept as comments. The build refuses all but the first.
    """
    old = path.read_bytes() if path.exists() else b""
    catalogue = read_po(BytesIO(old))
    with template.open("rb") as file:
        messages = read_po(file)
    known = {entry.id for entry in catalogue}
    # What comes back gets its old translation back.
    for entry in messages:
        if entry.id in catalogue.obsolete and not catalogue.get(entry.id):
            catalogue[entry.id] = catalogue.obsolete.pop(entry.id)
    catalogue.update(messages, update_creation_date=False)
    for entry in catalogue:
        entry.flags -= GUESSED
        if entry.id in memory and not (entry.id in known and entry.string):
            entry.string = memory[entry.id]
            entry.flags.discard("fuzzy")
    new = BytesIO()
    write_po(new, catalogue, width=0)
    text = new.getvalue().strip() + b"\n"
    if text != old:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)
        print(f"changed: {path}")


def read_memory(folder: Path, templates: Path) -> dict[str, str]:
    """Return the translations that their own pages do not use any more.

    The page may have been renamed, or the paragraph moved to another page.
    """
    obsolete: dict[str, str] = {}
    living: dict[str, str] = {}
    for path in catalogues(folder):
        name = path.relative_to(folder)
        # Sphinx's own words and those of themes.
        if name.name == "sphinx.po":
            continue
        template = (templates / name).with_suffix(".pot")
        used = read_po(
            BytesIO(template.read_bytes() if template.exists() else b"")
        )
        catalogue = read_po(BytesIO(path.read_bytes()))
        for memory, entries in (
            (obsolete, catalogue.obsolete.values()),
            (living, catalogue),
        ):
            for entry in entries:
                text = str(entry.id)
                if (
                    text
                    and entry.string
                    and not entry.fuzzy
                    and not used.get(text)
                ):
                    memory[text] = str(entry.string)
    return obsolete | living


def main(root: Path) -> None:
    """Update the catalogues of all editions but that in the language of the sources."""
    table = read_table(root / "docs" / "_editions.toml")
    templates = root / "_build" / "gettext"
    # Babel skips what it cannot read, and would write the rest.
    broken = [
        f"{path}:{line}: ERROR: {fault}"
        for path in catalogues(root / "docs" / "locales")
        for line, fault in faults(path.read_bytes())
        if not fault.startswith(GUESS)
    ]
    if broken:
        sys.exit("\n".join(broken))
    for language in table["editions"].keys() - {table["source"]}:
        folder = root / "docs" / "locales" / language / "LC_MESSAGES"
        memory = read_memory(folder, templates)
        for template in sorted(templates.rglob("*.pot")):
            path = (folder / template.relative_to(templates)).with_suffix(".po")
            try:
                update(path, template, memory)
            except OSError as error:
                sys.exit(f"{path}: ERROR: {error.strerror}")


if __name__ == "__main__":
    parser = ArgumentParser("python -m editions.catalogues")
    parser.add_argument("folder", type=Path, help="the folder of conf.py")
    given = parser.parse_args()
    try:
        main(given.folder)
    except KeyboardInterrupt:
        sys.exit("interrupted")
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
