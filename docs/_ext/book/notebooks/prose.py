"""Write the prose of a page as the Markdown that Jupyter shows.

The HTML of a page says what its readers see: the language is that of the edition, values are glued,
links are resolved, code is included. Only the source of formulas is lost in it.
"""

import re
from collections.abc import Iterable
from copy import copy
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from nbpromises.cells import fenced

# Stands for a code cell; no page can contain it.
CELL = "\0"
# The class of the box that Sphinx puts around a code block; the group is its language.
HIGHLIGHT = re.compile(r"highlight-([^\s\]',]+)")
# Pictures are drawn by cells.
LEFT_OUT = "a.headerlink, a.sd-stretched-link, img"
# markdownify would keep the white space around a figure.
RENAMED = {"figure, dd": "div", "dt": "strong", "div.admonition": "blockquote"}
# What their text is set in: bold, italics, and a link to the page.
WRAPPED = {
    "p.admonition-title, div.sd-card-title": "strong",
    "figcaption p": "em",
    "h1": "a",
}


def prose_around_cells(
    body: str,
    formulas: Iterable[str],
    address: str = "",
    instead_of_explorables: str = "",
) -> list[str]:
    r"""Return the Markdown before each code cell of a page, and that after the last one.

    `formulas` is the LaTeX source of the page's formulas, in order. `address` is the URL of the page:
    the title links to it, and relative links are resolved against it. If it is empty, both become text. An explorable works only on the page; a text stands in its place.

    >>> prose_around_cells(
    ...     '<p>Here <math>x</math> is</p><div class="cell">42</div><p>and no more.</p>',
    ...     [r"\hat x"],
    ... )
    ['Here $\\hat x$ is', 'and no more.']
    """
    soup = BeautifulSoup(body, "lxml")
    for formula, latex in zip(soup("math"), formulas, strict=True):
        formula["latex"] = latex
    for explorable in soup("div", class_="explorable"):
        explorable.name, link = "em", soup.new_tag("a", href="")
        link.string = instead_of_explorables
        explorable.append(link)
    for cell in soup("div", class_="cell"):
        cell.replace_with(CELL)
    _simplify(soup, address)
    # Paragraphs become one line each: some notebook viewers show every newline as a line break.
    converter = _Converter(
        heading_style="atx", bullets="-", wrap=True, wrap_width=None
    )
    return [piece.strip() for piece in converter.convert_soup(soup).split(CELL)]


def _simplify(soup: BeautifulSoup, address: str) -> None:
    """Replace what Sphinx writes in its own way by elements that markdownify knows."""
    for element in soup.select(LEFT_OUT):
        element.decompose()
    _tell_forecasts(soup)
    for selector, name in WRAPPED.items():
        for element in soup.select(selector):
            children = soup.new_tag(name, href="")
            children.extend(list(element.children))
            element.append(children)
    # Jupyter knows no lists of definitions: a term goes to the start of what it means.
    for term in reversed(soup("dt")):
        for meaning in term.find_all_next("p", limit=1):
            meaning.insert(0, term, soup.new_tag("br"))
    for selector, name in RENAMED.items():
        for element in soup.select(selector):
            element.name = name
    for link in soup("a", href=True):
        target = str(link["href"])
        absolute = urljoin(address, target)
        link.attrs = {"href": absolute}
        if target.startswith("#") or not urlsplit(absolute).scheme:
            link.unwrap()


def _tell_forecasts(soup: BeautifulSoup) -> None:
    """Put the words of forecasts, which a style sheet shows, into their text; fold the answers away."""
    # A forecast with an error may have no right answer.
    for right in soup.select(".forecast-right label"):
        (forecast,) = right.find_parents(class_="forecast")
        (explanation,) = forecast.select(".forecast-explanation")
        title, answer = soup.new_tag("strong"), soup.new_tag("strong")
        title.string = str(forecast["data-title"])
        answer.extend([copy(child) for child in right.children])
        for place, line in (forecast, title), (explanation, answer):
            place.insert(0, line)
            line.wrap(soup.new_tag("p"))
        summary = soup.new_tag("summary")
        summary.string = str(explanation["aria-label"])
        explanation.insert(0, summary)
        explanation.name = "details"


class _Converter(MarkdownConverter):
    """Converts formulas, and blocks of code that may hold fences."""

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a formula as Jupyter reads it."""
        if el.get("display") == "block":
            return f"\n\n$$\n{str(el['latex']).strip()}\n$$\n\n"
        return f"${el['latex']}$"

    def convert_details(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write what is folded away as HTML; blank lines let Jupyter read Markdown within."""
        return f"\n\n<details>\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write what stays of a block that is folded away."""
        return f"<summary>{text.strip()}</summary>\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write included code as a fenced block with its language."""
        classes = " ".join(str(box.get("class")) for box in el.parents)
        language = next(iter(HIGHLIGHT.findall(classes)), "")
        return f"\n\n{fenced(language, text.strip())}\n\n"
