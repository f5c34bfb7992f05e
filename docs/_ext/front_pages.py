"""Write what stands in front of both editions: the choice of language, the page for 404, the sitemap."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write_front_pages(
    site: Path, template: Path, address: str, editions: dict[str, str]
) -> None:
    """Write them into the folder of the site.

    `address` is where the site is published, with a slash at the end, or empty; a sitemap needs it.
    `editions` has the folder of each edition by its language tag.
    """
    loader = FileSystemLoader(template.parent)
    page = Environment(loader=loader, autoescape=True).get_template(
        template.name
    )
    for name, missing in ("index", False), ("404", True):
        html = page.render(missing=missing, address=address)
        (site / f"{name}.html").write_text(html, encoding="utf-8")
    if address:
        (site / "sitemap.xml").write_bytes(sitemap(site, address, editions))


def sitemap(site: Path, address: str, editions: dict[str, str]) -> bytes:
    """List every document, each with its address in all languages."""
    ElementTree.register_namespace("", SITEMAP)
    ElementTree.register_namespace("xhtml", XHTML)
    urls = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    first = site / next(iter(editions.values()))
    # A page of words has them in the other languages too; the search page has none.
    for page in sorted(
        path.relative_to(first).as_posix().removesuffix(".translation.js")
        for path in first.rglob("*.translation.js")
    ):
        places = {
            tag: f"{address}{folder}/{page}.html"
            for tag, folder in editions.items()
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
    return ElementTree.tostring(urls, encoding="utf-8", xml_declaration=True)
