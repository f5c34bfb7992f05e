"""Promised outputs for MyST-NB: every printed number and every figure is checked by each build.

See README.md in this folder. This module and `execution` import nothing outside of `setup`, because a
page's own process imports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    from pathlib import Path

    from . import markup, reread, sources
    from .execution import extension
    from .order import WRITE_FILES
    from .promises import directive, figures, forecasts, numbers, report

    extension.setup(app)
    reread.setup(app)
    forecasts.setup(app)

    app.add_config_value("nbpromises_accept", False, "env", bool)
    app.add_config_value("nbpromises_junit", "", "", str)
    app.add_config_value(
        "nbpromises_constants", None, "env", (dict, type(None))
    )
    app.add_config_value("nbpromises_describe_figures", False, "env", bool)
    app.connect("source-read", sources.report_faults)
    app.connect("doctree-read", sources.report_faults_within)
    app.connect("doctree-read", markup.report_left_over)
    app.add_node(directive.ExpectedOutput)
    app.add_directive("expected-output", directive.ExpectedOutputDirective)
    app.add_directive("output-figure", figures.OutputFigureDirective)
    app.add_transform(directive.CheckPromises)
    app.add_transform(numbers.CheckNumbers)
    app.add_transform(figures.PlaceFigures)
    app.connect("build-finished", report.finish, priority=WRITE_FILES)
    return {
        "version": "1",
        "env_version": reread.version_of(Path(__file__).parent),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
