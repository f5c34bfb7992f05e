"""Small sites with the project's extensions, built in folders of their own."""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from textwrap import dedent

import lxml.html
import pytest
import sphinx.locale
from myst_nb.ext.glue.crossref import read_glue_cache
from sphinx.cmd.build import build_main

from support.commands import EXTENSIONS


@dataclass(frozen=True)
class Build:
    """The result of building a site."""

    ok: bool
    said: str
    output: Path

    def page(self, name: str = "index") -> str:
        """Return the text of the article, as a reader sees it."""
        path = self.output / f"{name}.html"
        tree = lxml.html.fromstring(path.read_text(encoding="utf-8"))
        (article,) = tree.find_class("body")
        return str(article.text_content())

    @property
    def executed(self) -> dict[str, str]:
        """The pages that were executed, with the reasons."""
        lines = re.findall(
            r"^executed (\S+) in \S+ s \((.*)\)$", self.said, re.MULTILINE
        )
        return dict(lines)


class Site:
    """A small site in a folder; `settings` are further lines of its `conf.py`."""

    CONFIGURATION = """
        import sys
        sys.path[:0] = [{path!r}]
        project = "small"
        extensions = {extensions!r}
        exclude_patterns = ["_*", "locales"]
        html_theme = "basic"
        myst_enable_extensions = ["dollarmath"]
        numfig = True

        def setup(app):
            # Half of the time of a small build went into compiling Sphinx's templates.
            def keep_templates(app):
                from jinja2 import FileSystemBytecodeCache
                if app.builder.format == "html":
                    app.builder.templates.environment.bytecode_cache = FileSystemBytecodeCache()
            app.connect("builder-inited", keep_templates)
        """
    HEADER = """
        ---
        file_format: mystnb
        orphan: true
        kernelspec:
          name: python3
          display_name: Python 3
        ---

        # A page

        """

    def __init__(
        self, root: Path, extensions: Sequence[str], settings: str = ""
    ) -> None:
        self.root = root
        configuration = dedent(self.CONFIGURATION).format(
            path=str(EXTENSIONS), extensions=["myst_nb", *extensions]
        )
        self.write("conf.py", configuration + dedent(settings))

    def write(self, name: str, text: str) -> Path:
        """Write a file of the site."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_page(self, body: str, name: str = "index.md") -> Path:
        """Write an executable page with a title; four spaces of indentation are dropped."""
        return self.write(
            name, dedent(self.HEADER).lstrip() + dedent(body).strip("\n") + "\n"
        )

    def command(self, language: str = "en", **settings: object) -> list[str]:
        """Return the command that builds the site, as the project itself is built."""
        return [
            sys.executable,
            "-m",
            "sphinx",
            *self._options(language, settings),
        ]

    def build(
        self, language: str = "en", builder: str = "html", **settings: object
    ) -> Build:
        """Build the site in this process, which has Sphinx loaded, instead of running its command."""
        # What an earlier build read in this process may have changed: catalogues and glued values.
        read_glue_cache.cache_clear()
        sphinx.locale.translators.clear()
        gettext._translations.clear()
        out, err = StringIO(), StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            status = build_main(self._options(language, settings, builder))
        said = out.getvalue() + err.getvalue()
        return Build(status == 0, said, self.root / "_build" / language)

    def executed(self, **environment: str) -> dict[str, str]:
        """Build the site with these variables set; return the pages executed and the reasons."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            build = self.build()
        assert build.ok, build.said
        return build.executed

    def _options(
        self, language: str, settings: dict[str, object], builder: str = "html"
    ) -> list[str]:
        return [
            # CI makes Sphinx write in colours.
            *["-q", "-W", "-N", "-b", builder, f"-Dlanguage={language}"],
            *[f"-D{name}={value}" for name, value in settings.items()],
            *["-d", str(self.root / "_build" / f"doctrees-{language}")],
            *[str(self.root), str(self.root / "_build" / language)],
        ]
