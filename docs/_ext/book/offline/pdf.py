"""The PDF of an edition: its built pages in one document, printed by a browser."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urljoin

import lxml.html
from lxml.builder import E
from lxml.html import HtmlElement
from playwright.sync_api import Error, sync_playwright

from editions.languages import Edition

STYLE = Path(__file__).parent / "styles" / "print.css"
HOME = "index"
# The first prints as the second does, in half the time, because it has no windows.
BROWSERS = "chromium-headless-shell", "chromium"
# What the browser writes: the pages in their order, the places that links lead to, and the time.
PDF_PAGE = re.compile(rb"(\d+) 0 obj\s*<</Type /Page\b")
PDF_PLACE = re.compile(rb"/(?!Dest )(\S+) \[(\d+) 0 R /XYZ")
PDF_TIME = re.compile(rb"(?<=Date \(D:)\d{14}")
# Titles of parts, and links to pages.
CONTENTS = (
    "//nav[contains(@class, 'bd-docs-nav')]//*[self::a or @class='caption']"
)
FILL_IN = """numbers => {
    for (const link of document.querySelectorAll("nav a"))
        link.lastChild.textContent = numbers[link.hash.slice(1)];
}"""


def print_edition(
    site: Path, edition: Edition, address: str, document: Path
) -> bytes:
    """Return the PDF of an edition of a site; `address` is where it is published, or empty.

    The document that the browser prints is written into a file.
    """
    html = one_document(site, edition, address)
    text = lxml.html.tostring(
        html, doctype="<!doctype html>", encoding="unicode"
    )
    document.write_text(text, encoding="utf-8")
    return print_document(document.resolve())


def print_document(document: Path) -> bytes:
    """Print a document twice: its table of contents gets the numbers of pages from the first print."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=find_browser(),
                # As root, as in a container, the browser's sandbox does not start.
                args=["--no-sandbox"],
            )
        except Error as error:
            expected = " or ".join(BROWSERS)
            raise ValueError(f"to print, install {expected}") from error
        page = browser.new_page()
        page.goto(document.as_uri())
        first = page.pdf(prefer_css_page_size=True)
        page.evaluate(FILL_IN, page_numbers(first))
        pdf = page.pdf(prefer_css_page_size=True, outline=True, tagged=True)
        browser.close()
    if page_numbers(pdf) != page_numbers(first):
        raise ValueError(f"{document.name}: pages moved while it was printed")
    return PDF_TIME.sub(b"20260101000000", pdf)


def find_browser() -> str | None:
    """Return the path of a browser, or None for the one that Playwright has installed, if any."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """Return the page of each place that a link in a PDF leads to.

    >>> page_numbers(b"3 0 obj <</Type /Page>> 7 0 obj <</Type /Page>> /here [7 0 R /XYZ 0 0 0]")
    {'here': 2}
    """
    pages = {name: at for at, name in enumerate(PDF_PAGE.findall(pdf), 1)}
    return {
        place.decode(): pages[name] for place, name in PDF_PLACE.findall(pdf)
    }


def one_document(site: Path, edition: Edition, address: str) -> HtmlElement:
    """Return all pages of an edition as one document, behind a title page and a table of contents."""
    site = site.resolve()
    folder = site / edition["folder"]
    home = lxml.html.parse(folder / f"{HOME}.html").getroot()
    entries = home.xpath(CONTENTS)
    links = [name_of(entry) for entry in entries if entry.tag == "a"]
    names = [HOME, *links]
    chapters = {(folder / f"{name}.html").as_uri(): name for name in names}
    articles, scripts, running = [], {}, ""
    for uri, name in chapters.items():
        page = lxml.html.parse(folder / f"{name}.html").getroot()
        (article,) = page.find_class("bd-article")
        become_chapter(article, uri, chapters, f"{site.as_uri()}/", address)
        articles.append(article)
        for script in page.xpath("//script[contains(@src, 'explorable')]"):
            script.set("src", urljoin(uri, script.get("src")))
            scripts[script.get("src")] = script
        title = (
            article.xpath("string(.//h1)").replace("\\", "").replace('"', "”")
        )
        running += (
            f"#{article.get('id')} {{ page: {article.get('id')}; }} "
            f'@page {article.get("id")} {{ @top-right {{ content: "{title}"; }} }}\n'
        )
    contents = E.nav(E.p(edition["words"]["contents"], {"class": "title"}))
    contents.append(entry_of(HOME, articles[0].xpath("string(.//h1)")))
    for entry in entries:
        text = entry.text_content()
        if entry.tag == "a":
            contents.append(entry_of(name_of(entry), text))
        else:
            contents.append(E.p(text, {"class": "part"}))
    sheet = home.xpath("string(//link[@rel='stylesheet']/@href)")
    return E.html(
        E.head(
            E.meta(charset="utf-8"),
            E.title(edition["title"]),
            E.link(rel="stylesheet", href=urljoin(next(iter(chapters)), sheet)),
            E.link(rel="stylesheet", href=STYLE.as_uri()),
            E.style(running),
            *scripts.values(),
        ),
        E.body(
            title_page(edition, address),
            contents,
            E.main(*articles, {"class": "bd-article-container"}),
        ),
        {"lang": edition["tag"], "data-theme": "light", "class": "in-one"},
    )


def become_chapter(
    article: HtmlElement,
    uri: str,
    chapters: Mapping[str, str],
    site: str,
    address: str,
) -> None:
    """Make an article part of the document: its ids its own, its links leading to other parts.

    `chapters` maps the URI of each page to its name; links to other files of the site lead to its address.
    """
    name = chapters[uri]
    for link in article.xpath(".//a[contains(@class, 'headerlink') or img]"):
        link.drop_tag() if len(link) else link.drop_tree()
    for element in article.xpath(".//*[@id]"):
        element.set("id", place(name, element.get("id")))
    for details in article.iter("details"):
        details.set("open", "")
    for image in article.iter("img"):
        image.attrib.pop("loading", None)

    def moved(link: str) -> str:
        page, _, fragment = urljoin(uri, link).partition("#")
        if page in chapters:
            return "#" + place(chapters[page], fragment)
        return urljoin(uri, link)

    article.rewrite_links(moved)
    for link in list(article.iter("a")):
        target = link.get("href", "")
        if target.startswith(site) and address:
            link.set("href", address + target.removeprefix(site))
        elif target.startswith("file:"):
            link.drop_tag()
    article.set("id", place(name, ""))


def name_of(entry: HtmlElement) -> str:
    """Return the name of the page to which an entry of the contents leads."""
    return unquote(entry.get("href")).removesuffix(".html")


def place(chapter: str, fragment: str) -> str:
    """Return the id in the document of a page, or of a place on it.

    >>> place("tutorial/data", ""), place("tutorial/data", "noise")
    ('tutorial-data', 'tutorial-data--noise')
    >>> place("第 2", "")
    'u7b2cu202'
    """
    # In styles, other characters have a meaning; in a PDF, they are written in another way.
    plain = re.sub(
        r"[^A-Za-z0-9_/-]", lambda each: f"u{ord(each[0]):x}", chapter
    )
    return "--".join(filter(None, [plain.replace("/", "-"), fragment]))


def title_page(edition: Edition, address: str) -> HtmlElement:
    """Return the first page."""
    page = E.header(
        E.p(edition["title"], {"class": "title"}),
        E.p(edition["description"]),
        E.p(edition["authors"]),
    )
    if address:
        page.append(E.p(E.a(address, href=address)))
    return page


def entry_of(chapter: str, title: str) -> HtmlElement:
    """Return a line of the table of contents, whose last element is for the number of the page."""
    return E.a(E.span(title), E.span(), href=f"#{place(chapter, '')}")
