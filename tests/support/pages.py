"""The built pages, as their readers get them, and the sources that they are made from."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from pathlib import Path

import lxml.html
from lxml.html import HtmlElement

from editions.languages import Edition, read_table
from support.projects import DOCS, PAGES

# The editions by their folders.
EDITIONS: dict[str, Edition] = {
    edition["folder"]: edition
    for edition in read_table(DOCS / "_editions.toml")["editions"].values()
}
LANGUAGES = list(EDITIONS)
# All editions of a page have the same blocks; a build refuses others. Where a browser looks at pages one by
# one, these are all pages of the first edition, and of the others one of each kind and the heaviest.
KINDS = ["index", "reference/glossary", "search", "tutorial/training_loop"]
KINDS += ["your_model/minibatches"]
VISITS = [
    (language, name)
    for language in LANGUAGES
    for name in ([*PAGES, "search"] if language == LANGUAGES[0] else KINDS)
]
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def parse(path: Path) -> HtmlElement:
    """Parse a page of the built site, which no test changes; only read what is returned."""
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


def read_page(site: Path, language: str, page: str) -> HtmlElement:
    """Return a page of an edition; only read what is returned."""
    return parse(site / language / f"{page}.html")


def read_article(site: Path, language: str, page: str) -> HtmlElement:
    """Return a copy of a page's article, for a test to take apart."""
    (element,) = read_page(site, language, page).find_class("bd-article")
    return deepcopy(element)


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the places of a page that links can lead to."""
    return frozenset(parse(path).xpath("//@id"))


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in a text."""
    return bool(HAN.search(text))


def numbers_of(text: str) -> list[str]:
    """Return the numbers in a text in ascending order; a translation may have them in another one."""
    return sorted(re.findall(r"[\d.,]*\d", text))


def other(language: str) -> str:
    """Return the folder of the edition to which that in `language` leads."""
    (folder,) = set(EDITIONS) - {language}
    return folder


def heading(site: Path, language: str, page: str, which: str) -> str:
    """Return the words of the first heading that an XPath names, without the link to it."""
    element = read_article(site, language, page).xpath(f".//{which}")[0]
    for link in element.find_class("headerlink"):
        link.drop_tree()
    return " ".join(element.text_content().split())
