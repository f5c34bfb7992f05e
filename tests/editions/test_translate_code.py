"""Comments, docstrings and labels of code, and texts of figures, are translated like paragraphs."""

import re

import nbformat
import pytest

from editions.code_words import translate_code
from support.sites import Build, Site

from .test_check_translations import catalogue

PAGE = '''
    ```{code-cell} ipython3
    # The first comment
    # has two lines.
    def describe(name):
        """Say who it is."""
        return f"{name:6} is here"


    print("start: ", 1.5, describe("loss"))  # At the end.
    ```

    ```{expected-output}
    start:  1.5 loss   is here
    ```

    ```{literalinclude} helper.py
    :language: python
    ```
    '''
HELPER = 'def half(x):  # of x\n    """Return a half."""\n    raise ValueError("a bad thing")\n'
TRANSLATIONS = {
    "A page": "一页",
    "The first comment has two lines.": "第一条注释。",
    "Say who it is.": "说明是谁。",
    "{name:6} is here": "{name:6} 在这里",
    "start: ": "起点：",
    "At the end.": "结尾。",
    "of x": "x 的",
    "Return a half.": "返回一半。",
}
CODE = """\
# 第一条注释。
def describe(name):
    \"""说明是谁。\"""
    return f"{name:6} 在这里"


print("起点：", 1.5, describe("loss"))  # 结尾。"""
INCLUDED = """\
def half(x):  # x 的
    \"""返回一半。\"""
    raise ValueError("a bad thing")"""


def write(site: Site, translations: dict[str, str], page: str = PAGE) -> None:
    site.write("helper.py", HELPER)
    site.write_page(page)
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(translations))


def test_comments_docstrings_and_labels_are_in_the_language_of_the_page(
    site: Site,
):
    write(site, TRANSLATIONS)
    english, chinese = site.build("en"), site.build("zh_CN")
    assert english.ok, english.said
    assert chinese.ok, chinese.said
    assert CODE in chinese.page()
    assert INCLUDED in chinese.page()
    assert "起点： 1.5 loss   在这里" in chinese.page()
    for text, translation in TRANSLATIONS.items():
        assert translation not in english.page()
        assert text not in chinese.page()
    # One run for both.
    assert english.executed.keys() == {"index"}
    assert not chinese.executed


@pytest.mark.parametrize(
    ("text", "translation", "said"),
    [
        ("At the end.", "", "index.md:11: ERROR: not translated: At the end."),
        ("of x", "", "ERROR: not translated: of x"),
        ("gone", "没了", "index.po:28: ERROR: not on the page any more: gone"),
        (
            "The first comment has two lines.",
            "一\\nimport os",
            "the translation has a line break: ",
        ),
        (
            "The first comment has two lines.",
            "一\\nimport os",
            "index.md:11: ERROR: the translation changes more than words",
        ),
        (
            "{name:6} is here",
            "{name} 在这里",
            "index.md:11: ERROR: the translation has other fields: {name} 在这里",
        ),
        (
            "{name:6} is here",
            "{name:6 在这里",
            "index.md:11: ERROR: ",
        ),
    ],
)
def test_a_flawed_translation_of_code_fails(
    site: Site, text: str, translation: str, said: str
):
    write(site, TRANSLATIONS | {text: translation})
    for _ in range(2):
        build = site.build("zh_CN")
        assert not build.ok
        assert said in build.said, build.said


@pytest.mark.parametrize(
    "code",
    [
        'seconds = {"the fast": 1, "the quick": 2}',
        'names = {"the fast", "the quick"}',
        'seconds["the fast"] = seconds["the quick"]',
        'name == "the fast" or name == "the quick"',
    ],
)
def test_words_that_tell_things_apart_have_different_translations(code: str):
    words = [("label", "the fast"), ("label", "the quick")]
    apart = dict(zip(words, ["快", "更快"], strict=True))
    assert "更快" in translate_code(code, apart)
    with pytest.raises(ValueError, match="have one translation"):
        translate_code(code, dict.fromkeys(words, "快"))


def test_words_of_different_things_may_have_one_translation():
    code = 'a = {"the step": 1}; b = {"the steps": 2}; a["the step"] + b["the steps"]'
    words = [("label", "the step"), ("label", "the steps")]
    assert "步" in translate_code(code, dict.fromkeys(words, "步"))


def test_quotes_and_backslashes_stay_in_their_strings(site: Site):
    page = r"""
        ```{code-cell} ipython3
        print("a quote:", '"', "\nand \t two")
        ```

        ```{expected-output}
        a quote: "
        and 	 two
        ```
        """
    translations = {"a quote:": r"引号\"\\\"：", r"and \t two": "和 \\t 二"}
    write(site, {"A page": "一页"} | translations, page)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert r"""print("引号\"\\\"：", '"', "\n和 \t 二")""" in build.page()


DRAWING = """
    ```{code-cell} ipython3
    import matplotlib.pyplot as plt
    figure, ax = plt.subplots()
    ax.plot([1, 2], label="the <loss>")
    ax.set_xlabel("epoch")
    ax.legend();
    ```

    ```{expected-output}
    ...
    ```

    ```{output-figure}
    :name: fig
    :alt: A line.

    A caption.
    ```
    """


def test_words_in_drawings_are_in_the_language_of_the_page(site: Site):
    site.write_page(DRAWING)
    build = site.build("en", nbpromises_accept=1)
    site.build("en", nbpromises_accept=1)
    svg = drawing(build)
    assert "epoch</text>" in svg
    words = {
        "A page": "一页",
        "A line.": "一条线。",
        "A caption.": "图注。",
        "epoch": "轮次",
        "the <loss>": "损失<甲>",
    }
    path = "locales/zh_CN/LC_MESSAGES/index.po"
    site.write(path, catalogue(words))
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert not build.executed
    assert "轮次</text>" in (svg := drawing(build))
    assert "损失&lt;甲&gt;</text>" in svg
    assert "epoch" not in svg
    assert 'xml:lang="zh-CN"' in svg
    assert 'ax.set_xlabel("轮次")' in build.page()
    del words["epoch"]
    site.write(path, catalogue(words))
    build = site.build("zh_CN")
    assert "index.md:11: ERROR: not translated: epoch" in build.said


def test_words_beside_a_formula_in_a_drawing_fail(site: Site):
    page = DRAWING.replace("the <loss>", "$ab$")
    site.write_page(page.replace('"epoch"', '"loss & more $L$"'))
    assert site.build("en", nbpromises_accept=1).ok
    words = {"A page": "一页", "A line.": "一条线。", "A caption.": "图注。"}
    words["loss & more $L$"] = "损失等 $L$"
    site.write("locales/zh_CN/LC_MESSAGES/index.po", catalogue(words))
    build = site.build("zh_CN")
    said = [line for line in build.said.splitlines() if "ERROR" in line]
    assert len(said) == 1, said
    assert "index.md:11: ERROR: draw words and formulas apart" in said[0]
    assert said[0].endswith(": loss & more $L$")


def drawing(build: Build) -> str:
    """Return the one picture of a site."""
    (path,) = (build.output / "_images").iterdir()
    return path.read_text(encoding="utf-8")


NAMED = """
    ```{code-cell} ipython3
    print("the start", 1)
    ```

    ```{expected-output}
    the start 1
    ```

    It prints `the start`.
    """


@pytest.mark.parametrize("name", ["`起点`", "`the start`", "起点"])
def test_prose_names_a_label_by_its_translation_or_as_in_the_code(
    site: Site, name: str
):
    words = {"A page": "一页", "the start": "起点"}
    words["It prints `the start`."] = f"打印 {name}。"
    write(site, words, NAMED)
    build = site.build("zh_CN")
    assert build.ok == ("`" in name), build.said
    missing = "not in the translation: literal the start" in build.said
    assert missing == (not build.ok)


FUNCTIONS = """
    ```{code-cell} ipython3
    def show(names):
        for name in names:
            print(f"{name:9}|")
    ```

    ```{code-cell} ipython3
    names = "a step", "one epoch"
    show(names)
    print("epochs", *names)
    ```

    ```{expected-output}
    a step   |
    one epoch|
    epochs a step one epoch
    ```
    """


def test_a_function_pads_labels_that_another_cell_prints(site: Site):
    words = {"a step": "一步", "one epoch": "一轮", "epochs": "轮次"}
    words["A page"] = "一页"
    write(site, words, FUNCTIONS)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "一步       |\n一轮       |\n轮次 一步 一轮" in build.page()


FIELDS = """
    ```{code-cell} ipython3
    a, b, d = 1, 2, {"}": 3}
    print(f"differs: {a != b}", f"off by {a if a != 0 else 1:.2f}")
    print(f"the set { {a, b} }", f"the entry {d['}']:{b}}", f'{d["}"]} in {{braces}}')
    ```

    ```{expected-output}
    differs: True off by 1.00
    the set {1, 2} the entry  3 3 in {braces}
    ```
    """


def test_fields_may_compare_and_have_braces_and_strings(site: Site):
    words = {
        "A page": "一页",
        "differs: {a != b}": "不同：{a != b}",
        "off by {a if a != 0 else 1:.2f}": "相差 {a if a != 0 else 1:.2f}",
        "the set { {a, b}}": "集合 { {a, b}}",
        "the entry {d['}']:{b}}": "条目 {d['}']:{b}}",
        "{d['}']} in {{braces}}": "{d['}']} 在 {{braces}} 里",
    }
    write(site, words, FIELDS)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "不同：True 相差 1.00\n集合 {1, 2} 条目  3 3 在 {braces} 里" in (
        build.page()
    )
    assert 'f"集合 { {a, b}}", f"条目' in build.page()
    assert """f'{d["}"]} 在 {{braces}} 里')""" in build.page()


def test_labels_within_fields_are_those_of_the_cells_that_define_them(
    site: Site,
):
    defines = "table = {'hour': 1.5, 'loss': 2}"
    shows = (
        """print(f"{'hour':>6} and {table['hour']:.1f}, {{'hour'}}")\n"""
        """line = f'{table["loss"]:.2f}'"""
    )
    page = "".join(
        f"```{{code-cell}} ipython3\n{code}\n```\n\n"
        for code in (defines, shows)
    )
    page += "```{expected-output}\n... 1.5, ...\n```\n"
    label = "{'hour':>6} and {table['hour']:.1f}, {{'hour'}}"
    translation = label.replace("and", "和")
    words = {"A page": "一页", "hour": "小时", "loss": "损失"}
    write(site, words | {label: translation}, page)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert """{'小时':>6} 和 {table['小时']:.1f}, {{'hour'}}""" in build.page()
    assert """{table["损失"]:.2f}""" in build.page()
    assert "  小时 和 1.5, {'hour'}" in build.page()


def test_words_that_fields_show_are_labels(site: Site):
    page = """
        ```{code-cell} ipython3
        table = dict(loss=0.5)
        print(f"{'epoch':>7} {'loss':>6}|")
        print(f"{1:7} {table['loss']:6}|{'right' if table else 'wrong'}")
        ```

        ```{expected-output}
          epoch   loss|
              1    0.5|right
        ```
        """
    words = {"A page": "一页", "epoch": "轮", "right": "对", "wrong": "错"}
    write(site, words, page)
    assert "not translated: loss" in site.build("zh_CN").said
    write(site, words | {"loss": "loss"}, page)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert """{'轮':>7} {'loss':>6}|""" in build.page()
    assert "      轮   loss|\n      1    0.5|对" in build.page()
    assert "{'对' if table else '错'}" in build.page()


def test_a_label_that_is_an_entry_of_a_library_s_fails(site: Site):
    def build(code: str) -> Build:
        page = f"""
            ```{{code-cell}} ipython3
            import os
            {code}
            ```

            ```{{expected-output}}
            ...
            ```
            """
        write(site, {"A page": "一页", "HOME": "主目录"}, page)
        return site.build("zh_CN")

    refused = build("print('HOME', os.environ['HOME'])")
    message = "index.md:11: ERROR: 'HOME' is a label, and an entry that the page does not define"
    assert not refused.ok
    assert message in refused.said
    for code in (
        "table = {'HOME': 1}; print('HOME', table['HOME'])",
        "table = {}; table.setdefault('HOME', 1); print('HOME', table['HOME'])",
        "name = 'HOME'; table = {name: 1}; print('HOME', table['HOME'])",
        "table = {b'HOME': 1}; print('HOME', f\"{table[b'HOME']}\")",
    ):
        defined = build(code)
        assert defined.ok, defined.said


def test_a_label_within_a_field_has_no_quotes_of_its_own(site: Site):
    page = """
        ```{code-cell} ipython3
        table = {"hour": 1}
        print(f"{table['hour']}")
        ```

        ```{expected-output}
        ...
        ```
        """
    write(site, {"A page": "一页", "hour": "小'时"}, page)
    build = site.build("zh_CN")
    assert not build.ok
    assert "index.md:11: ERROR: within a field, the translation of 'hour'" in (
        build.said
    )


EDGES = """
    ```{code-cell} ipython3
    epoch, x = 1, "W = 3"
    print("epoch", epoch, FIRST)
    print(f"best: {x}")
    ```

    ```{expected-output}
    ...
    ```
    """


@pytest.mark.parametrize(
    ("label", "translation", "shown"),
    [
        ('f"{3 + epoch} of {10} right"', "{10} 个中对 {3 + epoch} 个", ""),
        ('f"{epoch:.2f} is the loss"', "损失为 {epoch:.2f}", ""),
        ('f"the loss {epoch}", 5', "{epoch} 是损失", ""),
        # The blank between two labels belongs to none.
        (
            'f"of {10}:", f"{epoch:.2f} is the loss"',
            "损失为 {epoch:.2f}",
            "轮 1 共 10: 损失为 1.00\nW = 3（最好）",
        ),
        (
            'f"{epoch} of {10} right"',
            "{epoch} 个对，共 {10} 个",
            "轮 1 1 个对，共 10 个\nW = 3（最好）",
        ),
    ],
)
def test_a_field_that_changes_its_place_takes_no_other_value_along(
    site: Site, label: str, translation: str, shown: str
):
    words = {"A page": "一页", "epoch": "轮", "best: {x}": "{x}（最好）"}
    *others, text = re.findall(r'f"(.*?)"', label)
    words |= dict.fromkeys(others, "共 {10}:") | {text: translation}
    write(site, words, EDGES.replace("FIRST", label))
    build = site.build("zh_CN", nbpromises_accept=1)
    build = site.build("zh_CN")
    assert build.ok == bool(shown), build.said
    if shown:
        assert shown in build.page()
    else:
        assert f"is the label {text!r}" in build.said
        assert "index.md:11: ERROR: it is unclear" in build.said


IPYTHON = """
    ```{code-cell} ipython3
    files = !echo here
    best = %timeit -o -q -n1 -r1 1
    LINE
    print("it ran", files)  # twice
    ```

    ```{expected-output}
    it ran ['here']
    ```
    """


def test_words_beside_the_syntax_of_ipython_are_translated_or_missed(
    site: Site,
):
    words = {"A page": "一页", "it ran": "已运行", "twice": "两次"}
    write(site, words, IPYTHON.replace("LINE", "%precision 3"))
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert 'print("已运行", files)  # 两次' in build.page()
    assert "已运行 ['here']" in build.page()
    write(site, words, IPYTHON.replace("LINE", "files?"))
    assert site.build("en").ok
    build = site.build("zh_CN")
    assert "index.md:11: ERROR: line 3 is no Python code" in build.said
    assert "'files?'" in build.said


MODEL = '''
class Model:
    """What Keras calls."""

    def call(self, x):
        """Return a half.

        Of a number.
        """
        if x:  # of x
            return x / 2
'''
INCLUDE = """
    ```{{literalinclude}} model.py
    {}
    ```
    """
WORDS = {
    "Return a half.\\n\\n    Of a number.\\n    ": "返回一半。\\n\\n    数的。\\n    ",
    "of x": "x 的",
}


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("```py\n1  # of x\n```", "1  # x 的"),
        ("```{code-block} python3\n1  # of x\n```", "1  # x 的"),
        ("```Python\n1  # of x\n```", "1  # x 的"),
        (
            INCLUDE.format(":pyobject: Model.call"),
            '    def call(self, x):\n        """返回一半。\n\n        数的。\n        """\n        if x:  # x 的',
        ),
        (INCLUDE.format(":lines: 10-11"), "if x:  # x 的"),
    ],
)
def test_words_are_found_in_python_code_of_any_name_and_indentation(
    site: Site, page: str, shown: str
):
    site.write("model.py", MODEL)
    words = WORDS if "Model" in page else {"of x": "x 的"}
    write(site, {"A page": "一页"} | words, page)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert shown in build.page()


def test_a_piece_of_code_whose_words_cannot_be_found_fails(site: Site):
    site.write("model.py", MODEL)
    write(site, {"A page": "一页"}, INCLUDE.format(":lines: 9-11"))
    assert site.build("en").ok
    build = site.build("zh_CN")
    assert "index.md:11: ERROR: line 1 is no Python code" in build.said


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("print('step {} of {}'.format(1, 10))", "step {} of {}"),
        ("print('loss {:.1f} of {!r}'.format(1, 10))", "loss {:.1f} of {!r}"),
        ("row = 'loss {} falls'; print(row.format(1))", "loss {} falls"),
        ("row = 'loss #{0!r} falls'; row.format(1)", "loss #{0!r} falls"),
        ("row = 'at most %*d'; print(row % (5, 1))", "at most %*d"),
        (
            "import logging; logging.info('saw %05.1f rows', 1)",
            "saw %05.1f rows",
        ),
        (
            "import time; print(time.strftime('in the year %Y'))",
            "in the year %Y",
        ),
    ],
)
def test_fields_that_only_their_order_tells_apart_or_others_fill_in_fail(
    site: Site, code: str, label: str
):
    page = (
        f"```{{code-cell}} ipython3\n:tags: ['unchecked: dates']\n{code}\n```"
    )
    write(site, {"A page": "一页", label: label}, page)
    assert site.build("en").ok
    build = site.build("zh_CN")
    assert "index.md:11: ERROR: write an f-string" in build.said
    assert f": {label}\n" in build.said


def test_numbered_fields_a_formula_and_a_percentage_are_none_of_them(
    site: Site,
):
    words = {
        "A page": "一页",
        "step {0} of {1}": "共 {1} 步，第 {0} 步",
        "the root of $x_{i}$": "$x_{i}$ 的根",
        "97% of all": "全部的 97%",
        "the 95%CI is wide": "95%CI 很宽",
        "a share in % of all": "占全部的 %",
        "an empty dict is {}": "空字典是 {}",
    }
    page = """
        ```{code-cell} ipython3
        print("step {0} of {1}".format(1, 10))
        print("the root of $x_{i}$")
        print("97% of all")
        wide = "the 95%CI is wide"
        share = "a share in % of all"
        rest = len(share) % 2
        print(wide)
        print("an empty dict is {}", "".join([]).format())
        ```

        ```{expected-output}
        step 1 of 10
        the root of $x_{i}$
        97% of all
        the 95%CI is wide
        an empty dict is {}
        ```
        """
    write(site, words, page)
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "共 10 步，第 1 步\n" in build.page()


@pytest.mark.parametrize(
    ("separator", "shown"),
    [("", "0.50 的损失 0.25 的验证\n"), (", sep=', '", None)],
)
def test_numbers_that_move_in_two_labels_of_one_line_find_their_places(
    site: Site, separator: str, shown: str | None
):
    words = {
        "A page": "一页",
        "loss {a:.2f}": "{a:.2f} 的损失",
        "valid {b:.2f}": "{b:.2f} 的验证",
    }
    page = f"""
        ```{{code-cell}} ipython3
        a, b = 0.5, 0.25
        print(f"loss {{a:.2f}}", f"valid {{b:.2f}}"{separator})
        ```

        ```{{expected-output}}
        {"loss 0.50, valid 0.25" if separator else "loss 0.50 valid 0.25"}
        ```
        """
    write(site, words, page)
    build = site.build("zh_CN")
    if shown:
        assert build.ok, build.said
        assert shown in build.page()
    else:
        assert "index.md:11: ERROR: it is unclear" in build.said


def test_a_notebook_in_ipynb_stands_beside_pages(site: Site):
    cell = nbformat.v4.new_code_cell("print(7.5)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", text="7.5\n")]
    title = nbformat.v4.new_markdown_cell("# A notebook")
    language = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[title, cell], metadata=language)
    site.write("index.ipynb", nbformat.writes(notebook))
    words = {"A notebook": "笔记本"}
    catalogue = site.root / "locales" / "zh_CN" / "LC_MESSAGES" / "index.po"
    write(site, words, "")
    (site.root / "index.md").unlink()
    assert catalogue.exists()
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "7.5" in build.page()


NUMBERS = """
    ```{code-cell} ipython3
    n, rate = 12_345, 1e-5
    print(f"saw {n:_d} rows of {n:*>7d} at {rate:.0E} with mask {n:x} set")
    PRINT
    ```

    ```{expected-output}
    ...
    ```
    """


def test_fields_of_all_formats_are_found_in_outputs(site: Site):
    message = "saw {n:_d} rows of {n:*>7d} at {rate:.0E} with mask {n:x} set"
    translation = "{n:_d} 行，{n:*>7d}，{rate:.0E}，{n:x}"
    words = {"A page": "一页", message: translation}
    write(site, words, NUMBERS.replace("PRINT", ""))
    assert site.build("en", nbpromises_accept=1).ok
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "\n12_345 行，**12345，1E-05，3039\n" in build.page()
    words["loss of %d rows"] = "%d 行的损失"
    page = NUMBERS.replace("PRINT", 'print("loss of %d rows" % n)')
    write(site, words, page)
    build = site.build("zh_CN", nbpromises_accept=1)
    assert "index.md:11: ERROR: write an f-string" in build.said
    assert ": loss of %d rows\n" in build.said


def test_words_of_code_are_written_in_other_formats_too(site: Site):
    write(site, TRANSLATIONS)
    for builder in "latex", "text", "man", "texinfo":
        build = site.build("zh_CN", builder)
        assert build.ok, build.said


def test_words_that_hidden_code_prints_fail(site: Site):
    page = NAMED.replace("print(", ":tags: [remove-input]\n    print(")
    words = {"A page": "一页", "It prints `the start`.": "打印 `the start`。"}
    write(site, words, page)
    assert site.build("en").ok
    build = site.build("zh_CN")
    said = "index.md:11: ERROR: hide-input, not remove-input, to have the words translated: the start 1\n"
    assert said in build.said
    write(site, words | {"the start": "起点"}, page.replace("remove", "hide"))
    build = site.build("zh_CN")
    assert build.ok, build.said
    assert "起点 1" in build.page()
