"""The built site, as its readers get it."""

import re
from copy import deepcopy
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from babel.messages.pofile import read_po

from support.commands import EXTENSIONS
from support.pages import (
    EDITIONS,
    LANGUAGES,
    anchors,
    is_chinese,
    numbers_of,
    other,
    parse,
    read_article,
    read_page,
)
from support.projects import DOCS, PAGES

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_page = pytest.mark.parametrize("page", PAGES)


def prose(element: lxml.html.HtmlElement) -> list[str]:
    """Return the text of each block, without code, formulas and names."""
    for code in element.xpath(
        ".//pre | .//code | .//math | .//*[@class='sig']"
    ):
        code.drop_tree()
    blocks = element.xpath(
        ".//p | .//li | .//h1 | .//h2 | .//figcaption | .//td"
    )
    return [block.text_content().strip() for block in blocks]


def test_all_pages_of_the_book_are_there():
    assert {
        "index",
        "tutorial/data",
        "tutorial/model",
        "tutorial/training_loop",
        "tutorial/keras",
        "reference/api",
        "reference/glossary",
        "reference/references",
        "about/checked",
    } <= set(PAGES)


@each_language
@each_page
def test_a_page_says_which_language_it_is_in(
    built_site: Path, language: str, page: str
):
    html = read_page(built_site, language, page)
    assert html.get("lang") == EDITIONS[language]["tag"]
    # As long as the site has no address, there is none to give to search engines.
    assert not html.xpath("//link[@rel='alternate']")


@each_language
@each_page
def test_a_page_has_a_switch_to_the_other_language(
    built_site: Path, language: str, page: str
):
    html = read_page(built_site, language, page)
    (switch,) = html.find_class("language-switch")
    edition = EDITIONS[other(language)]
    assert switch.get("hreflang") == edition["tag"]
    assert switch.text_content() == edition["name"]
    target = (built_site / language / page).parent / switch.get("href")
    assert target.resolve() == built_site / edition["folder"] / f"{page}.html"


@each_page
def test_no_english_sentence_is_left_on_a_chinese_page(
    built_site: Path, page: str
):
    for text in prose(read_article(built_site, "zh-cn", page)):
        latin = re.findall(r"[A-Za-z]{2,}", text)
        assert is_chinese(text) or len(latin) <= 4, text


@each_page
def test_no_chinese_sentence_is_left_on_an_english_page(
    built_site: Path, page: str
):
    for text in prose(read_article(built_site, "en", page)):
        assert not re.search(r"[\u4e00-\u9fff]{6}", text), text


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z][A-Za-z-]+", text))


@each_page
def test_around_the_article_a_chinese_page_is_chinese(
    built_site: Path, page: str
):
    html = deepcopy(read_page(built_site, "zh-cn", page))
    # A heading that people look for may be an error message, which a cell prints.
    printed = words_of(" ".join(html.xpath("//article//pre//text()")))
    for element in html.xpath(
        "//article | //script | //style | //kbd | //code"
    ):
        element.drop_tree()
    names = {"TensorFlow", "Keras", "NumPy", "API"}
    names |= {"linear-tutorial", "English", "fit"}
    said = html.text_content() + " ".join(
        html.xpath("//body//@title | //body//@aria-label | //@placeholder")
    )
    assert words_of(said) - printed <= names


@each_language
@each_page
def test_every_figure_has_a_picture_a_description_and_a_caption(
    built_site: Path, language: str, page: str
):
    figures = read_article(built_site, language, page).xpath(".//figure")
    source = next(DOCS.glob(f"{page}.*")).read_text(encoding="utf-8")
    assert len(figures) == source.count("```{output-figure}")
    for figure in figures:
        (image,) = figure.xpath(".//img")
        path = (built_site / language / page).parent / image.get("src")
        assert path.suffix == ".svg"
        assert "<svg" in path.read_text(encoding="utf-8")
        caption = figure.xpath(".//figcaption")[0].text_content()
        for text in image.get("alt"), caption:
            assert is_chinese(text) == (language == "zh-cn"), text
            assert len(text) > 8


@each_language
@each_page
def test_every_link_within_the_site_leads_somewhere(
    built_site: Path, language: str, page: str
):
    path = built_site / language / f"{page}.html"
    html = read_page(built_site, language, page)
    for link in html.xpath("//a[@href]"):
        address = urlsplit(link.get("href"))
        if address.scheme:
            continue
        target = (path.parent / unquote(address.path)) if address.path else path
        assert target.is_file(), link.get("href")
        if address.fragment:
            assert unquote(address.fragment) in anchors(target), link.get(
                "href"
            )


@each_language
@each_page
def test_no_markup_is_left_over(built_site: Path, language: str, page: str):
    element = read_article(built_site, language, page)
    for code in element.xpath(".//pre"):
        code.drop_tree()
    text = element.text_content()
    for left_over in (r"\{[a-z:]+\}`", r"\*\*", "```", r"\$", ":::", "::"):
        assert not re.search(left_over, text), left_over


@each_language
@each_page
def test_no_log_line_of_tensorflow_reaches_a_page(
    built_site: Path, language: str, page: str
):
    text = read_page(built_site, language, page).text_content()
    for sign in "oneDNN", "cuda", "absl::", "port.cc", "WARNING:":
        assert sign not in text


@each_page
def test_both_languages_show_the_same_numbers(built_site: Path, page: str):
    english, chinese = (
        [
            numbers_of(output.text_content())
            for output in read_article(built_site, language, page).find_class(
                "output"
            )
        ]
        for language in LANGUAGES
    )
    assert english == chinese


def test_numbers_in_prose_are_filled_in(built_site: Path):
    page = "tutorial/data"
    source = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    glued = source.count("{glue:text}")
    assert glued > 0
    for language in LANGUAGES:
        filled = read_article(built_site, language, page).find_class(
            "pasted-text"
        )
        assert len(filled) == glued
        for element in filled:
            assert re.fullmatch(r"\d\.\d{3}", element.text_content())


@each_language
@each_page
def test_a_page_is_described_to_those_who_find_it(
    built_site: Path, language: str, page: str
):
    html = read_page(built_site, language, page)
    (description,) = html.xpath("//meta[@name='description']/@content")
    assert 5 < len(description) <= 160
    assert (
        description
        == html.xpath("//meta[@property='og:description']/@content")[0]
    )
    for words in (
        description,
        *html.xpath("//meta[@property='og:title']/@content"),
    ):
        assert is_chinese(words) == (language == "zh-cn"), words
    (icon,) = html.xpath("//link[@rel='icon']/@href")
    assert (built_site / language / page).parent.joinpath(icon).is_file()


def test_a_reader_who_got_lost_is_led_to_both_languages(built_site: Path):
    html = parse(built_site / "404.html")
    for edition in EDITIONS.values():
        (link,) = html.xpath(f"//a[@hreflang='{edition['tag']}']/@href")
        assert link == f"{edition['folder']}/index.html"
        assert edition["not_found"] in html.text_content()


def test_the_front_page_offers_both_languages_without_scripts(
    built_site: Path,
):
    links = {
        link.get("hreflang"): link.get("href")
        for link in parse(built_site / "index.html").xpath("//a")
    }
    assert links == {
        edition["tag"]: f"{edition['folder']}/index.html"
        for edition in EDITIONS.values()
    }
    for href in links.values():
        assert (built_site / href).is_file()


@pytest.mark.parametrize(
    "path", sorted(DOCS.glob("locales/**/*.po")), ids=lambda path: path.stem
)
def test_chinese_is_set_as_chinese_readers_expect(path: Path):
    with path.open("rb") as file:
        entries = [entry.string for entry in read_po(file) if entry.id]
    for entry in entries:
        text = re.sub(
            r"(\{[a-z:]+\}|:[a-z:]+:)`[^`]*`|``?[^`]*``?|\$[^$]*\$|\\ ",
            " ",
            entry,
        )
        text = re.sub(r"\]\([^)]*\)|[*\[\]]", "", text)
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]", text), entry
        assert not re.search(r"[A-Za-z0-9][\u4e00-\u9fff]", text), entry
        assert not re.search(r"[\u4e00-\u9fff][,;:?!()]", text), entry


def test_the_style_sheet_adds_no_words_to_a_page():
    style = (EXTENSIONS / "book/theme/static/site.css").read_text()
    assert not re.search(r"\bcontent\s*:\s*[^;}]*[\w.]", style)
