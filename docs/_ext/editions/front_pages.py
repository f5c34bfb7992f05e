"""Write the pages in front of all editions: the choice of language, the page for 404, the sitemap."""

from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader

from .languages import Edition
from .side_by_side import SUFFIX

TEMPLATES = Path(__file__).parent / "templates"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write_front_pages(
    site: Path, editions: list[Edition], address: str
) -> None:
    """Write these pages into the folder of the site.

    `address` is where the site is published, with a slash at the end, or empty; a sitemap needs it.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True
    )
    page = environment.get_template("front.html")
    for name, missing in ("index", False), ("404", True):
        html = page.render(missing=missing, address=address, editions=editions)
        (site / f"{name}.html").write_text(html, encoding="utf-8")
    if address:
        (site / "sitemap.xml").write_bytes(sitemap(site, editions, address))


def sitemap(site: Path, editions: list[Edition], address: str) -> bytes:
    """List every document, each with its address in all languages."""
    ElementTree.register_namespace("", SITEMAP)
    ElementTree.register_namespace("xhtml", XHTML)
    urls = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    first = site / editions[0]["folder"]
    # Documents have the words of another language beside them; the search page has none.
    for page in sorted(
        path.relative_to(first).as_posix().removesuffix(SUFFIX)
        for path in first.rglob(f"*{SUFFIX}")
    ):
        places = {
            edition["tag"]: f"{address}{edition['folder']}/{page}.html"
            for edition in editions
        }
        for place in places.values():
            url = ElementTree.SubElement(urls, f"{{{SITEMAP}}}url")
            ElementTree.SubElement(url, f"{{{SITEMAP}}}loc").text = place
            for tag, other in places.items():
                ElementTree.SubElement(
                    url,
                    f"{{{XHTML}}}link",
                    {"rel": "alternate", "hreflang": tag, "href": other},
                )
    ElementTree.indent(urls)
    text: bytes = ElementTree.tostring(
        urls, encoding="utf-8", xml_declaration=True
    )
    return text
