"""Sphinx's builder `epub`, for an edition: the pages with what e-readers can show."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import lxml.html
from docutils import nodes
from lxml.builder import E
from lxml.html import HtmlElement
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

from editions.languages import own_edition

from ..weight.pages import light_drawing
from ..weight.static_files import keep_only
from .archive import DATE, write_zip

STYLES = Path(__file__).parent / "styles"
SHEETS = ["pygments.css", "epub.css"]
# Links to the place itself, buttons, and what a style sheet fills.
LEFT_OUT = (
    ".//a[contains(@class, 'headerlink')] | .//input | .//span[not(node())]"
)
# In drawings of matplotlib: their DTD, which lies on another host, and lines without points.
NOT_FOR_EPUB = re.compile(r"<!DOCTYPE[^>]*>|<path(?![^>]* d=)[^>]*/>")
# Elements that have no end in HTML.
VOID = {"br", "col", "hr", "img", "wbr"}


class EpubEdition(Epub3Builder):
    """Writes the edition whose pages were built, from the same doctrees."""

    def init(self) -> None:
        """Replace what the site's theme is made of, and say whose book it is."""
        config, edition = self.config, own_edition(self.config)
        config.templates_path = []
        config.html_static_path = [str(STYLES)]
        config.html_additional_pages = {}
        config.html_logo = config.html_favicon = ""
        config.pygments_style = "a11y-high-contrast-light"
        config.epub_basename = "book"
        config.epub_title = edition["title"]
        config.epub_author = config.epub_publisher = edition["authors"]
        config.epub_contributor = edition["authors"]
        config.epub_copyright = edition["copyright"]
        config.epub_description = edition["description"]
        config.epub_language = edition["tag"]
        config.epub_identifier = f"{config.project}-{edition['folder']}"
        config.epub_show_urls = "no"
        config.epub_use_index = False
        config.epub_tocscope = "includehidden"
        config.epub_tocdepth = 2
        tag = f'lang="{edition["tag"]}" xml:lang="{edition["tag"]}"'
        self.html_tag = self.html_tag.replace(">", f" {tag}>")
        super().init()

    def copy_image_files(self) -> None:
        """Copy the drawings without what EPUB forbids."""
        super().copy_image_files()
        for path in Path(self.outdir, self.imagedir).glob("*.svg"):
            svg = NOT_FOR_EPUB.sub("", path.read_text(encoding="utf-8"))
            path.write_text(light_drawing(svg), encoding="utf-8")

    def content_metadata(self) -> dict[str, Any]:
        """Give the same files the same date."""
        return {
            **super().content_metadata(),
            "date": "{}-{:02}-{:02}T00:00:00Z".format(*DATE),
        }

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Name the book as in the list of files, where Sphinx has the name of that name."""
        metadata = super().toc_metadata(level, navpoints)
        return {**metadata, "uid": self.config.epub_identifier}

    def build_content(self) -> None:
        """Write the list of files, without those that no page loads, and say which have formulas."""
        static = Path(self.outdir, "_static")
        keep_only(static, {static / sheet for sheet in SHEETS})
        super().build_content()
        path = Path(self.outdir, "content.opf")
        content = path.read_text(encoding="utf-8")
        for name in self.files:
            page = Path(self.outdir, name)
            if page.suffix == self.out_suffix and "<math" in page.read_text(
                encoding="utf-8"
            ):
                item = f' href="{name}" media-type='
                told = f' properties="mathml"{item}'
                content = content.replace(item, told)
        path.write_text(content, encoding="utf-8")

    def build_epub(self) -> None:
        """Write the EPUB, the same bytes for the same files."""
        first = ["mimetype", "META-INF/container.xml", "content.opf", "toc.ncx"]
        path = Path(self.outdir, f"{self.config.epub_basename}.epub")
        names = [*first, *self.files]
        write_zip(path, {n: Path(self.outdir, n).read_bytes() for n in names})


def make_still(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Turn a page of the EPUB into XHTML that needs neither scripts nor the site's style sheet."""
    if not isinstance(app.builder, EpubEdition):
        return
    context["script_files"] = []
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if Path(sheet.filename).name in SHEETS
    ]
    words = own_edition(app.config)["words"]
    address = context["pageurl"] if app.config.editions_address else ""
    context["body"] = still(context["body"], words, address)


def still(body: str, words: dict[str, Any], address: str) -> str:
    """Return the body of a page as XHTML, with text in the place of what moves.

    `address` is the URL of the page, or empty.
    """
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    for forecast in root.find_class("forecast"):
        unfold_forecast(forecast)
    for element in root.xpath(LEFT_OUT):
        element.drop_tree()
    for explorable in root.find_class("explorable"):
        explorable.attrib.clear()
        explorable.append(E.em(words["only_on_the_page"]))
    for summary in root.xpath(".//details[contains(@class, 'hide')]/summary"):
        summary.clear(keep_tail=True)
        summary.text = words["solution"]
    for card in root.find_class("sd-card"):
        link_title(card)
    for link in list(root.iter("a")):
        place(link, address)
    for element in root.iter():
        if not len(element) and not element.text and element.tag not in VOID:
            # So that it gets an end tag: some e-readers read XHTML as HTML.
            element.text = ""
    html = lxml.html.tostring(root, encoding="unicode", method="xml")
    return str(html)


def unfold_forecast(forecast: HtmlElement) -> None:
    """Put the words that a style sheet shows into a forecast; its answer can be unfolded."""
    forecast.insert(0, E.p(E.strong(forecast.get("data-title"))))
    forecast.attrib.clear()
    forecast.set("class", "forecast")
    (explanation,) = forecast.find_class("forecast-explanation")
    # A forecast with an error may have no right answer.
    for label in forecast.xpath(".//*[@class='forecast-right']//label"):
        answer = deepcopy(label)
        answer.tag = "strong"
        answer.attrib.clear()
        explanation.insert(0, E.p(answer))
    explanation.insert(0, E.summary(explanation.get("aria-label")))
    explanation.attrib.clear()
    explanation.tag = "details"
    for label in list(forecast.iter("label")):
        label.drop_tag()


def link_title(card: HtmlElement) -> None:
    """Let the title of a card be the link, which a style sheet stretches over all of it."""
    for link in card.find_class("sd-stretched-link"):
        (title,) = card.find_class("sd-card-title")
        text = title.text_content().strip()
        title.clear()
        title.append(E.a(text, href=link.get("href")))
        title.tag, title.attrib["class"] = "p", "card-title"
        link.drop_tree()


def place(link: HtmlElement, address: str) -> None:
    """Let a link to a file that is not in the EPUB lead to the site, or nowhere."""
    target = link.get("href", "")
    path = target.partition("#")[0]
    if "://" in target or not path or path.endswith(".xhtml"):
        return
    if address and not link.xpath("img"):
        link.set("href", urljoin(address, target))
    else:
        link.drop_tag()
