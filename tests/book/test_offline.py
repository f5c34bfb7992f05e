"""The book as files to take along."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from zipfile import ZIP_STORED, ZipFile

import lxml.etree
import lxml.html
import pytest

from book.offline.__main__ import main
from book.offline.epub import still
from book.offline.pdf import (
    PDF_PAGE,
    find_browser,
    one_document,
    page_numbers,
    print_document,
)
from editions.languages import read_table
from support.commands import EXTENSIONS
from support.sites import Site

TABLE = EXTENSIONS.parent / "_editions.toml"
ENGLISH = read_table(TABLE)["editions"]["en"]
ADDRESS = "https://example.org/book/"
SETTINGS = f"""
    from pathlib import Path
    from editions.languages import read_table
    project = "small"
    editions_table = read_table(Path({str(TABLE)!r}))
    editions_address = ""
    version = "1"
    html_math_renderer = "mathml"
    nbpromises_watched_variables = []
    """
DRAWING = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path style="fill: red"/><path d="M 0 0 L 9 9"/></svg>
"""
PAGES = {
    "index.md": """
        # Begin

        A formula: $x^2$, and a link to {doc}`other`.

        ![A line](line.svg)

        ```{raw} html
        <div class="explorable" data-kind="data" hidden></div>
        ```

        ```{only} offline and not epub
        Take it along: {offline}`as EPUB <epub>`.
        ```

        ```{toctree}
        :hidden:

        other
        ```
        """,
    "other.md": "# Other\n\nThe end.\n",
    "line.svg": DRAWING,
}
FORECAST = """
    <div class="forecast" data-title="Forecast" role="group">
    <div class="forecast-question"><p>How many?</p></div>
    <ol class="forecast-answers">
    <li class="forecast-wrong"><input type="radio"><p><label for="a">one</label></p><span></span></li>
    <li class="forecast-right"><input type="radio"><p><label for="b"><b>two</b>!</label></p><span></span></li>
    </ol>
    <div aria-label="Answer" class="forecast-explanation"><p>Count.</p></div>
    </div>
    """


@pytest.fixture
def small_book(tmp_path: Path) -> Site:
    parts = ["nbpromises", "editions", "book.mathml", "book.offline"]
    site = Site(tmp_path, parts, SETTINGS)
    for name, text in PAGES.items():
        site.write(name, dedent(text).lstrip())
    return site


def test_an_epub_is_well_formed_and_has_all_pages_and_no_script(
    small_book: Site,
):
    build = small_book.build(builder="epub")
    assert build.ok, build.said
    path = build.output / "book.epub"
    with ZipFile(path) as epub:
        first, *_ = epub.infolist()
        assert first.filename == "mimetype"
        assert first.compress_type == ZIP_STORED
        texts = {
            name: epub.read(name).decode()
            for name in epub.namelist()
            if name.endswith((".xhtml", ".opf", ".ncx", ".svg"))
        }
    for text in texts.values():
        lxml.etree.fromstring(text.encode())
        assert "<script" not in text
    assert {"index.xhtml", "other.xhtml"} <= set(texts)
    assert 'lang="en"' in texts["index.xhtml"]
    assert 'href="other.xhtml"' in texts["index.xhtml"]
    assert ENGLISH["words"]["only_on_the_page"] in texts["index.xhtml"]
    package = texts["content.opf"]
    assert re.findall(r'properties="mathml" href="([^"]*)"', package) == [
        "index.xhtml"
    ]
    (svg,) = (text for name, text in texts.items() if name.endswith(".svg"))
    assert "DOCTYPE" not in svg
    assert svg.count("<path") == 1


def test_an_epub_of_the_same_pages_is_the_same(small_book: Site):
    first, second = (
        (small_book.build(builder="epub").output / "book.epub").read_bytes()
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("address", "published", "shown"),
    [(ADDRESS, "yes", True), (ADDRESS, "", False), ("", "yes", False)],
)
def test_the_files_are_offered_only_where_they_are_published(
    small_book: Site, address: str, published: str, shown: bool
):
    build = small_book.build(editions_address=address, book_offline=published)
    assert build.ok, build.said
    html = (build.output / "index.html").read_text(encoding="utf-8")
    assert ('href="../offline/small-en.epub"' in html) == shown
    assert ("Take it along" in html) == shown


def test_a_kind_of_file_that_is_not_made_is_refused(small_book: Site):
    small_book.write("other.md", "# Other\n\n{offline}`as a film <mp4>`\n")
    build = small_book.build()
    assert not build.ok
    assert "must be one of epub, pdf, zip, but is 'mp4'" in build.said


def still_of(html: str, address: str = "") -> lxml.html.HtmlElement:
    words = ENGLISH["words"]
    return lxml.html.fromstring(still(html, words, address))


def test_the_answer_of_a_forecast_can_be_unfolded():
    (forecast,) = still_of(FORECAST).find_class("forecast")
    assert forecast.xpath("string(p)") == "Forecast"
    assert not forecast.xpath(".//input | .//label")
    (answer,) = forecast.iter("details")
    assert answer.xpath("string(summary)") == "Answer"
    assert [*answer.itertext()] == ["Answer", "two", "!", "Count."]


def test_a_solution_has_one_title():
    html = (
        '<details class="admonition hide above-input"><summary>'
        '<p class="collapsed">Solution</p><p class="expanded">Solution</p>'
        "</summary><pre>x</pre></details>"
    )
    assert still_of(html).text_content() == "Solutionx"


@pytest.mark.parametrize(
    ("link", "address", "target"),
    [
        ("other.xhtml#here", "", "other.xhtml#here"),
        ("https://example.com/", "", "https://example.com/"),
        ("../wheel.whl", f"{ADDRESS}en/a/b.html", f"{ADDRESS}en/wheel.whl"),
        ("../wheel.whl", "", None),
    ],
)
def test_a_link_to_what_is_not_in_an_epub_leads_to_the_site_or_nowhere(
    link: str, address: str, target: str | None
):
    page = still_of(f'<p><a href="{link}">there</a></p>', address)
    assert page.text_content() == "there"
    assert page.xpath("//a/@href") == [target] * (target is not None)


def test_the_title_of_a_card_is_its_link():
    card = (
        '<div class="sd-card"><div class="sd-card-title"> One </div><p>Words.</p>'
        '<a class="sd-stretched-link" href="one.xhtml">One</a></div>'
    )
    (link,) = still_of(card).iter("a")
    assert (link.text, link.getparent().get("class")) == ("One", "card-title")


# -- PDF -------------------------------------------------------------------------------------------

NAVIGATION = """
    <nav class="bd-links bd-docs-nav"><p class="caption"><span>Part</span></p>
    <a href="part/one.html">One</a><a href="%E4%BA%8C%202.html">Two</a></nav>
    """
ARTICLES = {
    "index": '<h1>Home</h1><p><a href="part/one.html#here">there</a></p>',
    "part/one": (
        '<h1>One<a class="headerlink" href="#top">#</a></h1>'
        '<h2 id="here">Here</h2><a href="../%E4%BA%8C%202.html">on</a> <a href="../x.whl">get</a>'
        "<details><summary>Solution</summary>42</details>"
    ),
    "二 2": '<h1>Two</h1><h2 id="here">Here</h2><a href="#here">here</a>',
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Write a site of three pages, one of them with a blank and a Chinese letter in its name."""
    for name, article in ARTICLES.items():
        path = tmp_path / "_build" / "html" / "en" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f'{NAVIGATION}<article class="bd-article">{article}</article>'
        path.write_text(
            f'<link rel="stylesheet" href="style.css">{text}', encoding="utf-8"
        )
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.append({str(EXTENSIONS)!r})\n{dedent(SETTINGS)}",
        encoding="utf-8",
    )
    return tmp_path


def test_the_pages_become_one_document_whose_links_stay_within_it(pages: Path):
    document = one_document(pages / "_build" / "html", ENGLISH, "")
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert document.xpath("//article/h1/text()") == ["Home", "One", "Two"]
    links = [link.get("href") for link in document.iter("a")]
    contents, inner = links[:3], links[3:]
    assert contents == ["#index", "#part-one", "#u4e8cu202"]
    assert inner == ["#part-one--here", "#u4e8cu202", "#u4e8cu202--here"]
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert document.xpath("//details/@open")


def test_a_link_to_a_file_of_the_site_leads_to_where_it_is_published(
    pages: Path,
):
    document = one_document(pages / "_build" / "html", ENGLISH, ADDRESS)
    assert f"{ADDRESS}en/x.whl" in document.xpath("//a/@href")


def test_a_pdf_has_an_outline_and_the_numbers_of_its_pages(
    chromium: str, pages: Path
):
    assert find_browser() == chromium
    document = one_document(pages / "_build" / "html", ENGLISH, "")
    source = pages / "one.html"
    source.write_bytes(lxml.html.tostring(document, encoding="utf-8"))
    pdf = printed(source)
    assert len(PDF_PAGE.findall(pdf)) == 5
    chapters = {"index": 3, "part-one": 4, "u4e8cu202": 5}
    assert page_numbers(pdf).items() >= chapters.items()
    for title in b"Home", b"One", b"Two":
        assert b"/Title (" + title in pdf
    assert printed(source) == pdf


def printed(source: Path) -> bytes:
    """Print in a thread of its own: another test may have started Playwright in this one."""
    with ThreadPoolExecutor() as threads:
        return threads.submit(print_document, source).result()


def test_without_a_browser_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(ValueError, match="to print, install chromium"):
        printed(tmp_path / "one.html")


# -- The site --------------------------------------------------------------------------------------


def test_the_zip_holds_the_site_and_is_the_same_each_time(pages: Path):
    link = '<a href="../offline/small-en.pdf">PDF</a>'
    site = pages / "_build" / "html"
    (site / "en" / "index.html").write_text(link, encoding="utf-8")
    conf = (pages / "conf.py").read_text(encoding="utf-8")
    conf = conf.replace(
        'editions_address = ""', f'editions_address = "{ADDRESS}"'
    )
    (pages / "conf.py").write_text(conf, encoding="utf-8")
    path = pages / "_build" / "offline" / "small.zip"
    main(pages, ["zip"])
    first = path.read_bytes()
    main(pages, ["zip"])
    assert path.read_bytes() == first
    with ZipFile(path) as archive:
        assert archive.namelist() == [
            f"small/en/{name}.html" for name in ("index", "part/one", "二 2")
        ]
        home = archive.read("small/en/index.html").decode()
    assert f'href="{ADDRESS}offline/small-en.pdf"' in home
