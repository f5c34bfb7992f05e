"""Several languages from one source: built together, checked for completeness, linked page by page.

See README.md in this folder. This module imports nothing outside of its functions, because a build
with nothing to do ends before it needs Sphinx.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

HERE = Path(__file__).parent


def apply_edition(app: Sphinx, config: Config) -> None:
    """Set the title, authors and address of the edition that is built, and tell the templates of all."""
    from sphinx.errors import ConfigError

    from .languages import edition_beside, own_edition
    from .side_by_side import BLOCKS, SUFFIX

    editions = config.editions_table.get("editions", {})
    if config.language not in editions:
        known = ", ".join(editions) or "nothing"
        message = f"editions_table has {known}, and no {config.language!r}"
        raise ConfigError(message)
    # `compile_catalogues` does it.
    config.gettext_auto_build = False
    # Translators get the words and the alternative texts of pictures.
    config.nb_mime_priority_overrides = [
        *config.nb_mime_priority_overrides,
        ("gettext", "image/svg+xml", 0),
    ]
    edition = own_edition(config)
    config.html_title = edition["title"]
    config.author = edition["authors"]
    config.copyright = edition["copyright"]
    if config.editions_address:
        config.html_baseurl = f"{config.editions_address}{edition['folder']}/"
    # Relative, because Sphinx writes a digest of these settings into the site.
    here = os.path.relpath(HERE, app.confdir)
    config.templates_path.append(f"{here}/templates")
    config.html_static_path.append(f"{here}/static")
    context = {"edition": edition, "address": config.editions_address}
    # A preview of one language has no dead links.
    if config.editions_together:
        context["editions"] = [*config.editions_table["editions"].values()]
        context["side_by_side"] = {
            "edition": edition_beside(config),
            "suffix": SUFFIX,
            "blocks": BLOCKS,
        }
    config.html_context = {**config.html_context, **context}


def setup(app: Sphinx) -> ExtensionMetadata:
    from nbpromises.order import WRITE_FILES
    from nbpromises.reread import version_of

    from . import check_translations, side_by_side, translate_code

    app.setup_extension("myst_nb")
    app.setup_extension("nbpromises")
    app.add_config_value("editions_table", {}, "env", dict)
    app.add_config_value("editions_address", "", "html", str)
    app.add_config_value("editions_mirrors", {}, "env", dict)
    app.add_config_value("editions_number_words", {}, "env", dict)
    app.add_config_value("editions_together", False, "html", bool)
    app.connect("config-inited", apply_edition)
    app.connect("builder-inited", check_translations.compile_catalogues)
    app.connect("env-before-read-docs", check_translations.check_catalogues)
    app.add_transform(check_translations.CheckLinks)
    app.add_transform(check_translations.CheckCatalogue)
    app.add_transform(check_translations.CheckTranslated)
    translate_code.setup(app)
    app.connect("doctree-read", check_translations.adopt_translated_nodes)
    app.connect(
        "build-finished", side_by_side.write_blocks, priority=WRITE_FILES
    )
    app.add_js_file("language-switch.js", loading_method="defer")
    app.add_js_file("side-by-side.js", loading_method="defer")
    return {
        "version": "1",
        "env_version": version_of(HERE),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
