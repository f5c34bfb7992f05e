"""Write the prose of a page as the Markdown that Jupyter shows.

The HTML of a page says what its readers see: the language is that of the edition, values are glued,
links are resolved, code is included. Only the source of formulas is lost in it.
"""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from nbpromises.cells import fenced

# Stands for a code cell; no page can contain it.
CELL = "\0"
# The class of the box that Sphinx puts around a code block; the group is its language.
HIGHLIGHT = re.compile(r"highlight-(\w+)")


def prose_around_cells(
    body: str, formulas: Iterable[str], address: str = ""
) -> list[str]:
    r"""Return the Markdown before each code cell of a page, and that after the last one.

    `formulas` is the LaTeX source of the page's formulas, in order. `address` is the URL of the page:
    the title links to it, and relative links are resolved against it. If it is empty, both become text.

    >>> prose_around_cells(
    ...     '<p>Here <math>x</math> is</p><div class="cell">42</div><p>and no more.</p>',
    ...     [r"\hat x"],
    ... )
    ['Here $\\hat x$ is', 'and no more.']
    """
    soup = BeautifulSoup(body, "lxml")
    for formula, latex in zip(soup("math"), formulas, strict=True):
        formula["latex"] = latex
    for cell in soup("div", class_="cell"):
        cell.replace_with(CELL)
    # markdownify would keep the white space around a figure.
    for figure in soup("figure"):
        figure.name = "div"
    for title in soup("h1"):
        link = soup.new_tag("a", href="")
        link.extend(list(title.children))
        title.append(link)
    markdown = _ProseConverter(address=address).convert_soup(soup)
    return [piece.strip() for piece in markdown.split(CELL)]


class _ProseConverter(MarkdownConverter):
    """Converts Sphinx's HTML to Jupyter's Markdown, where markdownify's rules do not fit."""

    class Options:
        """Options of markdownify; each paragraph becomes one line.

        Some notebook viewers show every newline as a line break.
        """

        heading_style = "atx"
        bullets = "-"
        wrap = True
        wrap_width = None

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a formula as Jupyter reads it."""
        if el.get("display") == "block":
            return f"\n\n$$\n{str(el['latex']).strip()}\n$$\n\n"
        return f"${el['latex']}$"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Make links absolute; links within the page, or without a known address, become text."""
        target = str(el["href"])
        address = urljoin(self.options["address"], target)
        if "headerlink" in el.get_attribute_list("class"):
            return ""
        if target.startswith("#") or not urlsplit(address).scheme:
            return text
        return f"[{text}]({address})"

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Quote what stands in a box; leave out what only the page's scripts show."""
        if el.has_attr("hidden"):
            return ""
        if "admonition" in el.get_attribute_list("class"):
            return str(self.convert_blockquote(el, text, parent_tags))
        return str(super().convert_div(el, text, parent_tags))

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Set the title of a box in bold."""
        if "admonition-title" in el.get_attribute_list("class"):
            text = f"**{text}**"
        return str(super().convert_p(el, text, parent_tags))

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Set a term in bold on a line of its own; Jupyter knows no lists of definitions."""
        return f"\n\n**{text.strip()}**  \n"

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write what a term means below it."""
        return f"{text.strip()}\n\n"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Leave out the pictures, all of which are drawn by cells."""
        return ""

    def convert_figcaption(
        self, el: Tag, text: str, parent_tags: set[str]
    ) -> str:
        """Set a caption in italics."""
        return f"\n\n*{text.strip()}*\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write included code as a fenced block with its language."""
        boxes = [
            " ".join(box.get_attribute_list("class")) for box in el.parents
        ]
        language = next(filter(None, map(HIGHLIGHT.search, boxes)))[1]
        return f"\n\n{fenced(language, text.strip())}\n\n"
