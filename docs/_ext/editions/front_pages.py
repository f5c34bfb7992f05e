"""Write the pages in front of all editions: the choice of language, the page for 404, the sitemap."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from .languages import Edition
from .side_by_side import SUFFIX

TEMPLATES = Path(__file__).parent / "templates"


def write_front_pages(
    site: Path, editions: list[Edition], address: str
) -> None:
    """Write these pages into the folder of the site.

    `address` is where the site is published, with a slash at the end, or empty; a sitemap needs it.
    """
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True)
    first = site / editions[0]["folder"]
    # Documents have the words of another language beside them; the search page has none.
    documents = sorted(
        path.relative_to(first).as_posix().removesuffix(SUFFIX)
        for path in first.rglob(f"*{SUFFIX}")
    )

    def write(name: str, template: str, **details: object) -> None:
        page = environment.get_template(template)
        text = page.render(address=address, editions=editions, **details)
        (site / name).write_text(text, encoding="utf-8")

    write("index.html", "front.html", missing=False)
    write("404.html", "front.html", missing=True)
    if address:
        write("sitemap.xml", "sitemap.xml", documents=documents)
