"""The notebooks that the pages offer: they say what the page says, and run anywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from textwrap import dedent

import lxml.html
import nbformat
import pytest
from docutils.utils.math.latex2mathml import tex2mathml
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, output_from_msg

from book.notebooks import install
from book.notebooks.prose import prose_around_cells
from nbpromises.cells import fences
from nbpromises.promises.compare import is_kept
from support.commands import ROOT, run
from support.servers import serve

DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in DOCS.glob("**/*.md")
    if "file_format: mystnb" in path.read_text(encoding="utf-8")
)
LANGUAGES = ("en", "zh-cn")

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_page = pytest.mark.parametrize("page", PAGES)


def read(site: Path, language: str, page: str) -> NotebookNode:
    return nbformat.read(site / language / f"{page}.ipynb", as_version=4)


def read_page(site: Path, language: str, page: str) -> lxml.html.HtmlElement:
    path = site / language / f"{page}.html"
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(outputs: list[NotebookNode]) -> str:
    return "".join(
        output.text
        if output.output_type == "stream"
        else output.data["text/plain"] + "\n"
        for output in outputs
    )


# -- What is in them ---------------------------------------------------------------------------


def test_all_pages_with_code_are_tried():
    assert {"index", "about/checked", "tutorial/keras"} <= set(PAGES)


@each_language
def test_each_page_with_code_offers_its_notebook(
    built_site: Path, language: str
):
    folder = built_site / language
    name = {
        "en": "Download this page as a notebook",
        "zh-cn": "将本页下载为笔记本",
    }
    offered = set()
    for path in folder.rglob("*.html"):
        page = path.relative_to(folder).with_suffix("").as_posix()
        html = read_page(built_site, language, page)
        # Colab would not find the package.
        assert not html.xpath("//a[contains(@href, 'colab')]")
        for link in html.xpath("//a[@download]"):
            assert (path.parent / link.get("href")) == path.with_suffix(
                ".ipynb"
            )
            assert link.get("aria-label") == name[language]
            offered.add(page)
    assert offered == set(PAGES)
    written = {
        path.relative_to(folder).with_suffix("").as_posix()
        for path in folder.rglob("*.ipynb")
    }
    assert written == offered


@each_language
@each_page
def test_it_is_a_valid_notebook(built_site: Path, language: str, page: str):
    notebook = read(built_site, language, page)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{place}" for place in range(len(ids))]


def article(site: Path, language: str, page: str) -> lxml.html.HtmlElement:
    """Return what a page says around its cells, each term in one paragraph with its meaning."""
    (element,) = read_page(site, language, page).find_class("bd-article")
    for left_out in element.xpath(
        ".//div[contains(@class, 'cell ') or @hidden] | .//a[@class='headerlink']"
    ):
        left_out.drop_tree()
    for term in element.xpath(".//dt"):
        term.tag = "strong"
        term.tail = " "
        (meaning,) = term.getnext()
        meaning.insert(0, term)
        term.tail += meaning.text
        meaning.text = None
    return element


def rendered(notebook: NotebookNode) -> lxml.html.HtmlElement:
    """Return what Jupyter shows of a notebook's prose."""
    markdown = MarkdownIt("commonmark").use(dollarmath_plugin)
    for rule in "math_inline", "math_block":
        markdown.add_render_rule(rule, as_mathml)
    html = [
        markdown.render(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
    ]
    return lxml.html.fromstring("\n".join(["<div>", *html, "</div>"]))


def as_mathml(
    renderer: object, tokens: list[Token], place: int, *rest: object
) -> str:
    return str(tex2mathml(tokens[place].content))


# Of a cell, at its beginning in the page.
OPTIONS = re.compile(r"^(:.*\n)+")

# Where a page says what a notebook says in the same element, or in another one.
SAYS = {
    **{
        name: name
        for name in (
            *("h1", "h2", "h3", "li", "p[not(ancestor::li)]"),
            *("pre", "code[not(parent::pre)]", "math"),
        )
    },
    "pre/code[@class='language-python']": "div[starts-with(@class, 'highlight-python')]",
    "blockquote": "div[contains(@class, 'admonition')]",
    "strong": "*[self::strong or @class='admonition-title']",
    "em": "*[self::em or self::figcaption]",
}


@each_language
@each_page
def test_it_says_what_the_page_says(built_site: Path, language: str, page: str):
    expected = article(built_site, language, page)
    prose = rendered(read(built_site, language, page))
    assert words(prose).replace(" ", "") == words(expected).replace(" ", "")
    for ours, theirs in SAYS.items():
        assert list(map(words, prose.xpath(f".//{ours}"))) == list(
            map(words, expected.xpath(f".//{theirs}"))
        ), ours


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@each_language
@each_page
def test_links_lead_out_of_the_book_only(
    built_site: Path, language: str, page: str
):
    """As long as the public address is not known, that is; see builds.py."""
    expected = article(built_site, language, page)
    prose = rendered(read(built_site, language, page))
    assert prose.xpath(".//a/@href") == expected.xpath(
        ".//a[contains(@class, 'external')]/@href"
    )


def test_with_an_address_links_lead_to_the_other_pages():
    html = """
        <h1>Title<a class="headerlink" href="#title">#</a></h1>
        <p><a class="reference internal" href="../about/us.html#how">us</a>,
        <a class="reference internal" href="#title">above</a>,
        <a class="reference external" href="https://example.com/">them</a></p>
        """
    (known,) = prose_around_cells(html, [], "https://example.org/en/a/b.html")
    assert known == (
        "# [Title](https://example.org/en/a/b.html)\n\n"
        "[us](https://example.org/en/about/us.html#how), above, "
        "[them](https://example.com/)"
    )
    (unknown,) = prose_around_cells(html, [])
    assert unknown == "# Title\n\nus, above, [them](https://example.com/)"


# -- What they do ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(
    built_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Install the wheel that the site carries into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built_site.glob("*.whl")
    result = run(
        *[sys.executable, "-m", "pip", "install", "--quiet", "--no-index"],
        *["--no-deps", "--target", folder, wheel],
    )
    assert result.returncode == 0, result.stderr
    return folder


class Kernels:
    """Starts kernels that find the package where it is installed, and nothing else of the project."""

    def __init__(self, installed: Path, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._starter = subprocess.Popen(
            [sys.executable, "-P", ROOT / "tests" / "kernels.py"],
            cwd=folder,
            env={
                **os.environ,
                "IPYTHONDIR": str(folder),
                "PYTHONPATH": str(installed),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._starter.stdout.readline() == "ready\n"

    @contextmanager
    def start(self) -> Iterator[BlockingKernelClient]:
        """Start a kernel, and end it."""
        path, _ = write_connection_file(
            str(self._folder / f"{next(self._numbers)}.json")
        )
        client = BlockingKernelClient()
        client.load_connection_file(path)
        print(path, file=self._starter.stdin, flush=True)
        # On a busy machine, a heart that beats late is no sign of death.
        client.start_channels(hb=False)
        try:
            client.wait_for_ready(timeout=60)
            yield client
        finally:
            client.shutdown()
            client.stop_channels()

    def end(self) -> None:
        """Start no more kernels."""
        self._starter.communicate()


@pytest.fixture(scope="module")
def kernels(
    installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernels]:
    """Load TensorFlow once for all kernels."""
    starter = Kernels(installed, tmp_path_factory.mktemp("kernels"))
    yield starter
    starter.end()


# Promises of figures are descriptions; where Jupyter asks for their text, it gets one.
DESCRIBE = f"""
get_ipython().enable_matplotlib("inline")
get_ipython().display_formatter.formatters["text/plain"].for_type_by_name(
    "matplotlib.figure",
    "Figure",
    __import__("runpy").run_path({str(DOCS / "_ext" / "describe_figure.py")!r})["print_figure"],
)
"""


def execute(client: BlockingKernelClient, source: str) -> list[NotebookNode]:
    """Execute a cell, which must not raise, and return its outputs."""
    outputs = []

    def keep(message: dict) -> None:
        if message["msg_type"] in {"stream", "display_data", "execute_result"}:
            outputs.append(output_from_msg(message))

    reply = client.execute_interactive(source, output_hook=keep, timeout=120)
    assert reply["content"]["status"] == "ok", reply["content"]
    return outputs


def promises(page: str) -> list[tuple[str, str]]:
    """List the visible cells of a page's source, each with its promise, if it has one."""
    cells = []
    for fence in fences((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if fence.name == "code-cell":
            cells.append((fence.content, ""))
        elif fence.name == "expected-output":
            cells[-1] = (cells[-1][0], fence.content)
    return [cell for cell in cells if "remove-cell" not in cell[0]]


def test_kernels_know_nothing_of_the_project_but_the_package(
    installed: Path, kernels: Kernels
):
    source = """
        from importlib.util import find_spec
        print(find_spec("compare_output"), find_spec("linear_tutorial").origin)
        """
    with kernels.start() as client:
        (output,) = execute(client, dedent(source))
    package = installed / "linear_tutorial" / "__init__.py"
    assert output.text.split() == ["None", str(package)]


def looked_at(site: Path, page: str) -> list[Path]:
    """List what decides whether the notebooks of a page keep its promises."""
    extensions = "code_cells", "compare_output", "describe_figure"
    return [
        *[site / language / f"{page}.ipynb" for language in LANGUAGES],
        *site.glob("*.whl"),
        DOCS / f"{page}.md",
        *[DOCS / "_ext" / f"{name}.py" for name in extensions],
        ROOT / "tests" / "kernels.py",
    ]


@each_page
def test_in_both_languages_it_keeps_the_promises_of_its_page(
    built_site: Path,
    kernels: Kernels,
    page: str,
):
    expected = promises(page)

    def check(language: str) -> None:
        install, *cells = code(read(built_site, language, page))
        assert [cell.source.strip() for cell in cells] == [
            OPTIONS.sub("", source).strip() for source, _ in expected
        ]
        with kernels.start() as client:
            execute(client, DESCRIBE)
            assert execute(client, install.source) == []
            for cell, (source, promise) in zip(cells, expected, strict=True):
                for outputs in cell.outputs, execute(client, cell.source):
                    kept = is_kept(promise, printed(outputs))
                    assert kept or "unchecked" in source, printed(outputs)

    # At once, because kernels wait more than they compute.
    with ThreadPoolExecutor() as threads:
        list(threads.map(check, LANGUAGES))


@each_language
@each_page
def test_its_figures_are_those_of_the_page(
    built_site: Path, language: str, page: str
):
    drawn = [
        output.data["image/svg+xml"].strip()
        for cell in code(read(built_site, language, page))
        for output in cell.outputs
        if output.output_type == "display_data"
    ]
    folder = (built_site / language / page).parent
    shown = [
        (folder / source).read_text(encoding="utf-8").strip()
        for source in read_page(built_site, language, page).xpath(
            "//figure//img/@src"
        )
    ]
    assert drawn == shown


# -- How they come to the package --------------------------------------------------------------


def run_alone(*sources: str, folder: Path, **environment: str) -> NotebookNode:
    """Execute cells in an ordinary kernel, which knows nothing of the project."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute(
        env={**os.environ, "IPYTHONDIR": str(folder), **environment}
    )


@each_language
def test_without_the_package_it_says_how_to_install_it(
    built_site: Path, tmp_path: Path, language: str
):
    first = code(read(built_site, language, "index"))[0]
    says = {
        "en": "Please install the package of this book first: run `pip install .`",
        "zh-cn": "请先安装本书的包：在项目文件夹中运行 `pip install .`",
    }
    with pytest.raises(CellExecutionError) as raised:
        run_alone(first.source, folder=tmp_path)
    assert raised.value.ename == "ModuleNotFoundError"
    assert raised.value.evalue.startswith(says[language])


def test_with_an_address_it_installs_the_package_from_there(
    built_site: Path, tmp_path: Path
):
    (wheel,) = built_site.glob("*.whl")
    with serve(built_site) as address:
        source = install(f"{address}/", wheel.name)
        where = """
            from importlib.util import find_spec
            print(find_spec("linear_tutorial").origin)
            """
        target = tmp_path / "target"
        target.mkdir()
        notebook = run_alone(
            source,
            dedent(where),
            folder=tmp_path,
            # Where pip installs, without the libraries that are there already.
            PIP_NO_DEPS="1",
            PIP_NO_INDEX="1",
            PIP_TARGET=str(target),
            PYTHONPATH=str(target),
        )
    (output,) = notebook.cells[1].outputs
    assert output.text.strip() == str(
        target / "linear_tutorial" / "__init__.py"
    )
