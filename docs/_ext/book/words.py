"""The words that this package adds to pages, in the language of the edition."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sphinx.application import Sphinx
from sphinx.locale import get_translation

DOMAIN = "book"
SOURCES = Path(__file__).parent / "locales"

_ = get_translation(DOMAIN)


def load_words(app: Sphinx) -> None:
    """Compile the catalogue of the edition's language, if it has one, and load it."""
    name = Path(str(app.config.language), "LC_MESSAGES", DOMAIN)
    source = (SOURCES / name).with_suffix(".po")
    folder = Path(app.doctreedir, "words")
    compiled = (folder / name).with_suffix(".mo")
    if source.exists():
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as po, compiled.open("wb") as mo:
            write_mo(mo, read_po(po))
    app.add_message_catalog(DOMAIN, str(folder))
