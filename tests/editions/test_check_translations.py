"""A translation is complete, or the build fails and says what is missing."""

import os
import re
from textwrap import dedent

import lxml.html
import pytest

from support.sites import Site

PAGE = """
    Some *words*.

    $$
    a
    $$

    | column |
    | ------ |
    | square |

    ```{code-cell} ipython3
    from IPython.display import SVG
    SVG('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')
    ```

    ```{expected-output}
    <IPython.core.display.SVG object>
    ```

    ```{output-figure}
    :name: fig
    :alt: A box.

    A caption.
    ```
    """
TRANSLATIONS = {
    "A page": "一页",
    "Some *words*.": "几个*词*。",
    "a": "a",
    "column": "表头",
    "square": "方块",
    "A box.": "一个盒子。",
    "A caption.": "图注。",
}


def catalogue(translations: dict[str, str], more: str = "") -> str:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    entries = (
        f'\nmsgid "{text}"\nmsgstr "{translation}"\n'
        for text, translation in translations.items()
    )
    return header + "".join(entries) + more


def write(site: Site, translations: dict[str, str], more: str = "") -> None:
    site.write_page(PAGE)
    site.write(
        "locales/zh_CN/LC_MESSAGES/index.po", catalogue(translations, more)
    )


def without(text: str) -> dict[str, str]:
    return {key: value for key, value in TRANSLATIONS.items() if key != text}


def test_a_complete_translation_leaves_no_english(site: Site):
    write(site, TRANSLATIONS)
    build = site.build("zh_CN")
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    for text, translation in TRANSLATIONS.items():
        assert translation == text or text.replace("*", "") not in html
        assert translation.replace("*词*", "<em>词</em>") in html
    assert 'alt="一个盒子。"' in html


FORECAST = """
    ```{code-cell} ipython3
    :tags: [remove-cell]
    from myst_nb import glue
    glue("key", 1, display=False)
    ```

    ```{forecast} key
    :answer: 1

    Which *one*?

    - the first
    - the second

    Because {glue:text}`index.md::key:d` is first.
    ```
    """
TRANSLATED_FORECAST = {
    "A page": "一页",
    "Which *one*?": "哪*一个*？",
    "the first": "前一个",
    "the second": "后一个",
    "Because {glue:text}`index.md::key:d` is first.": "因为 {glue:text}`index.md::key:d` 在前。",
}


def test_a_forecast_is_translated_as_a_whole(site: Site):
    site.write_page(FORECAST)
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(TRANSLATED_FORECAST))
    build = site.build("zh_CN")
    assert build.ok, build.said
    html = (build.output / "index.html").read_text()
    (forecast,) = lxml.html.fromstring(html).find_class("forecast")
    labels = [each.text_content() for each in forecast.iter("label")]
    assert labels == ["前一个", "后一个"]
    said = "".join(forecast.text_content().split())
    assert said == "哪一个？前一个后一个因为1在前。"
    for text in TRANSLATED_FORECAST:
        site.write(path, catalogue(TRANSLATED_FORECAST | {text: ""}))
        build = site.build("zh_CN")
        assert not build.ok
        assert f"not translated: {text}" in build.said


@pytest.mark.parametrize(
    "sentence",
    ["Each step lowers the loss.", "今天学习均值和方差。"],
)
def test_a_sentence_copied_from_the_source_is_no_translation(
    site: Site, sentence: str
):
    names = [
        "TensorFlow Datasets",
        "[Adam: A Method for Optimization](https://example.org)",
    ]
    cell = "```{code-cell} ipython3\n# pip install numpy pandas matplotlib seaborn\n```\n"
    site.write_page("\n\n".join([sentence, *names, cell]))
    names.append("pip install numpy pandas matplotlib seaborn")
    same = {"A page": "一页"} | dict(zip(names, names, strict=True))
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(same | {sentence: "每步损失都变小。"}))
    build = site.build("zh_CN")
    assert build.ok, build.said
    site.write(path, catalogue(same | {sentence: sentence}))
    said = site.build("zh_CN").said
    assert f"the translation is the source text: {sentence}" in said
    assert said.count("the source text") == 1


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u2003", "&nbsp;"])
def test_a_blank_is_no_translation(site: Site, blank: str):
    site.write_page(
        "Some words.\n\n```{code-cell} ipython3\nx = 1  # a comment\n```\n"
    )
    texts = "A page", "Some words.", "a comment"
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(dict.fromkeys(texts, blank)))
    build = site.build("zh_CN")
    assert not build.ok
    for text in texts:
        assert f"ERROR: not translated: {text}" in build.said
    assert "Traceback" not in build.said


def test_missing_translations_are_all_named_again_and_again(site: Site):
    write(site, {})
    for _ in range(2):
        build = site.build("zh_CN")
        assert not build.ok
        for text in TRANSLATIONS:
            assert f"not translated: {text}" in build.said
    assert site.build("en").ok


# What is wrong here is no text of the page's.
IN_CATALOGUE = ("fuzzy", "not on the page", "obsolete")


@pytest.mark.parametrize(
    ("translations", "more", "said"),
    [
        (TRANSLATIONS | {"square": ""}, "", "not translated: square"),
        (
            without("square"),
            '\n#, fuzzy\nmsgid "square"\nmsgstr "正方"\n',
            "fuzzy: square",
        ),
        (TRANSLATIONS, '\n#~ msgid "old"\n#~ msgstr "旧"\n', "obsolete: old"),
        (
            TRANSLATIONS | {"other": "别的"},
            "",
            "not on the page any more: other",
        ),
        (
            TRANSLATIONS | {"Some *words*.": "- 列表"},
            "",
            "the translation was not applied: Some words.",
        ),
        (
            TRANSLATIONS | {"a": "b"},
            "",
            "a formula is the same in every language: a",
        ),
    ],
    ids=[
        "empty",
        "fuzzy",
        "obsolete",
        "left-over",
        "other-markup",
        "other-formula",
    ],
)
def test_a_flawed_catalogue_fails(
    site: Site, translations: dict[str, str], more: str, said: str
):
    write(site, translations, more)
    build = site.build("zh_CN")
    assert not build.ok
    file = "index.po" if said.startswith(IN_CATALOGUE) else "index.md"
    place = rf"{re.escape(str(site.root))}/\S*{file}:\d+: ERROR: "
    assert re.search(place + re.escape(said), build.said), build.said


LINKED = "{n}. See [there](https://example.org/a?v=x), {{ref}}`it <label>` and 2 * 3."
TRANSLATED = "{n}. 见[那里](https://mirror.example.cn/a?v=x&hl=zh)、{{ref}}`它 <label>`，2 * 3。"
WRONG = [
    ("cn/a", "cn/b", "only in the translation: https://example.org/b"),
    ("https://mirror", "http://mirror", "in the translation: http://example"),
    ("cn/a?", "cn/#a?", "in the translation: https://example.org/#a"),
    ("[那里](https://mirror.example.cn/a?v=x&hl=zh)", "那里", "example.org/a"),
    ("](https://mirror.example.cn/a?v=x&hl=zh)", "］（那里）", "example.org/a"),
    ("<label>", "<page>", "only in the translation: page"),
    ("{ref}`", "{ref} `", "not in the translation: label"),
    ("2 *", "*二 *", "left-over markup **"),
    ("3", "3 **", "left-over markup ***"),
    ("见[", "见_看_见[", "left-over markup *__"),
    ("v=x", "v=y", "not in the translation: v=x (in the query of a link)"),
    ("2 ", "$2 ", "left-over markup $*"),
    ("2 ", "｀2｀ ", "left-over markup *｀｀"),
]


NUMBERED = """
    Below -3 and above −2, `a` and $b$ differ in 3-4 words.

    Plain words of float32 in v2.16, 10⁵ times.
    """


def test_a_translation_keeps_signs_code_formulas_and_its_paragraph(site: Site):
    good = {
        "A page": "一页",
        "Below -3 and above −2, `a` and $b$ differ in 3-4 words.": (
            "低于 −3 或高于 -2 时，$b$、`a`（即 `a`）与 `c` 有 3-4 个词不同。"
        ),
        "Plain words of float32 in v2.16, 10⁵ times.": (
            "普通的词[甲]（即 v2.16），float32，10⁵ 次。"
        ),
    }
    site.write_page(NUMBERED)
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(good))
    build = site.build("zh_CN")
    assert build.ok, build.said
    for old, new, said in (
        ("−3", "3", "the translation has other numbers"),
        ("10⁵ 次", "105 次", "the translation has other numbers"),
        ("10⁵ 次", "10⁶ 次", "the translation has other numbers"),
        ("，float32", "，float64", "the translation has other names"),
        ("即 v2.16", "即 v2.61", "the translation has other names"),
        ("有 3-4", "有 -4 至 3", "the translation has other numbers"),
        ("`a`（即 `a`）", "`A`", "not in the translation: literal a"),
        ("，$b$", "，b", "not in the translation: math b"),
        ("普通", r"普通\n\n", "the translation has a line break"),
    ):
        site.write(path, catalogue(good).replace(old, new))
        build = site.build("zh_CN")
        assert not build.ok
        assert re.search(rf"index\.\w+:\d+: ERROR: {said}", build.said), old


def test_translations_with_other_targets_or_left_over_markup_fail(site: Site):
    numbered = range(len(WRONG))
    texts = [LINKED.format(n="x" * (n + 1)) for n in numbered]
    right = [TRANSLATED.format(n="x" * (n + 1)) for n in numbered]
    parts = ["(label)=", "## Part", "(page)=", "## Other", *texts]
    site.write_page("\n\n".join(parts))
    titles = {"A page": "一页", "Part": "部分", "Other": "其他"}
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    mirrors = 'editions_mirrors = {"mirror.example.cn": "example.org"}\n'
    site.write("conf.py", (site.root / "conf.py").read_text() + mirrors)
    good = dict(zip(texts, right, strict=True))
    site.write(path, catalogue(titles | good))
    build = site.build("zh_CN")
    assert build.ok, build.said
    wrong = {
        text: good[text].replace(old, new, 1)
        for text, (old, new, _) in zip(texts, WRONG, strict=True)
    }
    site.write(path, catalogue(titles | wrong))
    for _ in range(2):
        build = site.build("zh_CN")
        assert not build.ok
        for n, (_, _, said) in enumerate(WRONG):
            line = 19 + 2 * n
            found = re.findall(rf"index\.md:{line}: ERROR: (.*)", build.said)
            assert any(said in error for error in found), (n, found)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
FILES = "Take {download}`it <a.csv>`, [this](a.csv) and ![box](a.svg)."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("拿{download}`它 <a.csv>`、[这个](a.csv)和 ![盒](a.svg)。", ""),
        ("拿{download}`它 <b.csv>`、[这个](a.csv)和 ![盒](a.svg)。", "b.csv"),
        ("拿{download}`它 <a.csv>`、[这个](b.csv)和 ![盒](a.svg)。", "b.csv"),
        ("拿{download}`它 <a.csv>`、[这个](a.csv)和 ![盒](b.svg)。", "b.svg"),
        ("拿{download}`它 <a.csv>`和[这个](a.csv)。", "a.svg"),
    ],
)
def test_files_that_are_linked_or_shown_stay_the_same(
    site: Site, words: str, said: str
):
    site.write_page(FILES)
    for name in "a", "b":
        site.write(f"{name}.csv", name)
        site.write(f"{name}.svg", SVG)
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue({"A page": "一页", FILES: words, "box": "盒"}))
    build = site.build("zh_CN", nbpromises_describe_figures=0)
    assert build.ok == (not said), build.said
    assert (
        re.search(rf"in the translation: \S*{said}$", build.said, re.M)
        or not said
    )


def test_a_broken_catalogue_and_one_without_a_page_fail_at_their_lines(
    site: Site,
):
    write(site, TRANSLATIONS, '\nmsgstr "more"\n')
    gone = site.write("locales/zh_CN/LC_MESSAGES/gone.po", catalogue({}))
    site.write("locales/zh_CN/LC_MESSAGES/sphinx.po", catalogue({}))
    for _ in range(2):
        build = site.build("zh_CN")
        assert not build.ok
        assert "index.po:25: ERROR: a msgstr without a msgid" in build.said
        assert f"{gone}:1: ERROR: there is no page gone" in build.said
        assert "no page sphinx" not in build.said
    assert site.build("en").ok


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("[there](other.md#a-part)", "other#a-part"),
        ("[there](/other.md#a-part)", "other#a-part"),
        ("[there](project:other.md#a-part)", "other#a-part"),
        ("[](other.md#a-part)", "other#a-part"),
        ("[](#a-part)", "#a-part"),
    ],
)
def test_a_link_to_the_words_of_a_heading_fails_in_the_source_already(
    site: Site, link: str, target: str
):
    configuration = (site.root / "conf.py").read_text()
    site.write("conf.py", configuration + "myst_heading_anchors = 2\n")
    site.write("other.md", "---\norphan: true\n---\n\n# Other\n\n## A part\n")
    site.write_page(f"## A part\n\nSee {link}.")
    for _ in range(2):
        build = site.build()
        assert not build.ok
        message = (
            f"index.md:13: ERROR: a link to the words of a heading ({target})"
        )
        assert message in build.said, build.said


@pytest.mark.parametrize("language", ["zh-CN", "de"])
def test_a_language_that_is_no_edition_is_one_error(site: Site, language: str):
    site.write_page("Nothing.")
    build = site.build(language)
    assert not build.ok
    assert f"editions_table has en, zh_CN, and no '{language}'" in build.said
    assert "exception" not in build.said


def test_the_address_of_a_card_needs_no_translation(site: Site):
    configuration = (site.root / "conf.py").read_text()
    site.write(
        "conf.py", configuration + "extensions.append('sphinx_design')\n"
    )
    site.write_page(
        "```{card} A guide\n:link: https://example.org/\n\nMore there.\n```"
    )
    words = {"A page": "一页", "A guide": "指南", "More there.": "更多内容。"}
    site.write("locales/zh_CN/LC_MESSAGES/index.po", catalogue(words))
    build = site.build("zh_CN")
    assert build.ok, build.said


def test_a_value_without_its_page_fails_in_the_source_already(site: Site):
    part = """
        ```{code-cell} ipython3
        from myst_nb import glue
        glue("last", 0.93, display=False)
        ```

        The last loss was {glue:text}`last:.2f`.
        """
    site.write_page(part)
    build = site.build()
    assert not build.ok
    message = "ERROR: the value 0.93 is glued without its page"
    assert message in build.said, build.said
    assert "{glue:text}`index.md::...`" in build.said
    site.write_page(part.replace("last:.2f", "index.md::last:.2f"))
    assert site.build().ok


def test_links_by_labels_and_with_their_own_words_pass(site: Site):
    site.write("other.md", "---\norphan: true\n---\n\n(part)=\n\n# Other\n")
    links = "[](other.md), [there](other.md), {ref}`part`, [there](#mine), [](#mine)"
    site.write_page(f"(mine)=\n\n## A part\n\nSee {links}.")
    build = site.build()
    assert build.ok, build.said


@pytest.mark.parametrize("event", ["env-before-read-docs", "env-updated"])
def test_a_catalogue_that_is_replaced_during_a_build_counts_in_the_next(
    site: Site, event: str
):
    write(site, TRANSLATIONS)
    other = catalogue(TRANSLATIONS | {"Some *words*.": "很多*词*。"})
    site.write("other.po", other)
    replace = """
        def replace(app, env, docnames=()):
            from pathlib import Path
            if (other := Path("other.po")).exists():
                other.rename("locales/zh_CN/LC_MESSAGES/index.po")
        """
    settings = (site.root / "conf.py").read_text()
    settings += "setup_of_site = setup\n" + dedent(replace)
    settings += f"def setup(app):\n    setup_of_site(app)\n    app.connect({event!r}, replace)\n"
    site.write("conf.py", settings)
    site.build("zh_CN")
    assert not (site.root / "other.po").exists()
    assert "很多" in site.build("zh_CN").page()


@pytest.mark.parametrize("seconds", [0, 4_000_000_000])
def test_the_time_of_a_catalogue_does_not_matter(site: Site, seconds: int):
    path = site.root / "locales/zh_CN/LC_MESSAGES/index.po"
    for translation in "几个*词*。", "很多*词*。", "几个*词*。":
        write(site, TRANSLATIONS | {"Some *words*.": translation})
        os.utime(path, (seconds, seconds))
        build = site.build("zh_CN")
        assert translation.replace("*", "") in build.page(), build.said


def test_a_lock_of_an_editor_is_no_catalogue(site: Site):
    write(site, TRANSLATIONS)
    lock = site.root / "locales/zh_CN/LC_MESSAGES/.#index.po"
    lock.symlink_to("me@host.123")
    # So is a copy of JupyterLab's.
    name = "locales/zh_CN/LC_MESSAGES/.ipynb_checkpoints/index-checkpoint.po"
    site.write(name, catalogue({}))
    build = site.build("zh_CN")
    assert build.ok, build.said


def test_a_catalogue_that_cannot_be_compiled_is_one_error(site: Site):
    write(site, TRANSLATIONS)
    # Refused to everyone, also to root.
    compiled = site.root / "locales/zh_CN/LC_MESSAGES/index.mo"
    compiled.mkdir()
    os.utime(compiled, (0, 0))
    with pytest.raises(SystemExit) as ended:
        site.build("zh_CN")
    assert str(ended.value) == (
        f"{compiled}: ERROR: Is a directory; a catalogue is compiled beside its source"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_catalogue_in_another_encoding_is_one_error(
    site: Site, encoding: str
):
    write(site, TRANSLATIONS)
    path = site.root / "locales/zh_CN/LC_MESSAGES/index.po"
    path.write_bytes(path.read_text().encode(encoding))
    with pytest.raises(
        SystemExit, match=rf"^{path}:\d+: ERROR: not written in UTF-8$"
    ):
        site.build("zh_CN")


def test_a_translated_page_is_kept_without_all_that_the_build_knows(site: Site):
    write(site, TRANSLATIONS)
    assert site.build("zh_CN").ok
    (kept,) = site.root.rglob("index.doctree")
    assert "词".encode() in kept.read_bytes()
    assert b"BuildEnvironment" not in kept.read_bytes()


UNREACHED = """
    :::{note}
    | column |
    | ------ |
    | square |
    | `code` |
    :::

    <p class="html">words</p>

    ```{parsed-literal}
    *some* words
    ```
    """
REACHED = """
    <div class="none"><!-- a comment --></div>

    ```python
    some = "words"
    ```

    % A comment.
    """


def test_words_that_no_catalogue_reaches_are_an_error(site: Site):
    settings = (site.root / "conf.py").read_text()
    colons = 'myst_enable_extensions = ["colon_fence"]\n'
    site.write("conf.py", settings + colons)
    site.write(
        "locales/zh_CN/LC_MESSAGES/index.po", catalogue({"A page": "一页"})
    )
    site.write_page(REACHED)
    build = site.build("zh_CN")
    assert build.ok, build.said
    site.write_page(UNREACHED)
    said = site.build("zh_CN").said
    assert "12: ERROR: no translation reaches this paragraph" in said
    assert "code" not in said
    for words in "column", "square", "<p class", "some words":
        assert re.search(
            rf"index\.md:\d+: ERROR: no translation .*: {words}", said
        )


def test_a_page_without_a_catalogue_fails(site: Site):
    site.write_page(PAGE)
    build = site.build("zh_CN")
    assert not build.ok
    page = site.root / "index.md"
    assert f"{page}:1: ERROR: no catalogue " in build.said
    assert "run 'make catalogues'" in build.said
    assert site.build("en").ok


def test_glued_numbers_pass_in_both_languages(site: Site):
    site.write_page("""
        ```{code-cell} ipython3
        :tags: [remove-cell]
        from myst_nb import glue
        glue("loss", 0.9327, display=False)
        glue("other", 0.5, display=False)
        ```

        A loss of {glue:text}`index.md::loss:.2f`.
        """)
    catalogue = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        '\nmsgid "A page"\nmsgstr "一页"\n'
        '\nmsgid "A loss of {glue:text}`index.md::loss:.2f`."\n'
        'msgstr "损失是 {glue:text}`index.md::loss:.2f`。"\n'
    )
    path = site.write("locales/zh_CN/LC_MESSAGES/index.po", catalogue)
    assert "A loss of 0.93." in site.build("en").page()
    assert "损失是 0.93。" in site.build("zh_CN").page()

    path.write_text(
        catalogue.replace(
            "损失是 {glue:text}`index.md::loss",
            "损失是 {glue:text}`index.md::other",
        )
    )
    build = site.build("zh_CN")
    assert not build.ok
    assert "the translation fills in other values" in build.said

    path.write_text(catalogue.replace("。", "，即 0.93。"))
    build = site.build("zh_CN")
    assert not build.ok
    assert "the translation has other numbers" in build.said


def test_a_catalogue_without_a_header_is_refused(site: Site):
    site.write_page("")
    path = site.write(
        "locales/zh_CN/LC_MESSAGES/index.po",
        'msgid "A page"\nmsgstr "一页"\n',
    )
    build = site.build("zh_CN")
    assert not build.ok
    assert f"{path}:1: ERROR: no header" in build.said
