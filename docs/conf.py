"""Sphinx configuration.

The source directory is the root of the repository, so that a chapter of ``spec/`` is rendered where it
stands, beside the ideal model of its domain, and its links work unrendered too. What is a page is
said by ``include_patterns``.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from taospec.reference.state.revision import BASE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

project = "taospec"
author = copyright = "The taospec authors"  # Sphinx's name for it
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

root_doc = "docs/index"
include_patterns = ["docs/**.md", "spec/**.md", "conformance/FORMAT.md", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = ["**/_build", "**/.*", "build", "dist"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "api",
    "call_errors",
    "call_tables",
    "event_tables",
    "formulas",
    "pictures",
    "records",
    "rules",
    "scenarios",
    "setters",
    "vector_tables",
    "worked",
]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
# Types of the standard library are not looked up over a network.
nitpick_ignore_regex = [
    ("py:(class|obj|exc|data)", r"(collections|typing|pathlib|types|enum|abc)\..*"),
    ("py:(class|obj|exc|data)", r"(attrs?|numba|numpy|np|mpmath|npt)\..*"),
    # Type variables and private names in signatures.
    ("py:(class|obj|data)", r"(.*\.)?_[A-Za-z]\w*"),
]
viewcode_line_numbers = True

SUBTENSOR = f"https://github.com/opentensor/subtensor/blob/{BASE.commit}"
SUBSTRATE_FIXED = "https://github.com/encointer/substrate-fixed/blob/d5f70362f2e05b5f33fb51cd7baa825323e4e6c5"
SAFE_BIGMATH = "https://github.com/sam0x17/safe-bigmath/blob/013c49984910e1c9a23289e8c85e7a856e263a02"
upstream_sources = {
    "": SUBTENSOR + "/{path}#L{line}",
    "safe-bigmath": SAFE_BIGMATH + "/{path}#L{line}",
    "substrate-fixed": SUBSTRATE_FIXED + "/{path}#L{line}",
}

html_theme = "furo"
html_title = f"taospec {release}"
html_static_path = ["_static"]
html_css_files = ["taospec.css"]
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
copybutton_exclude = ".linenos, .gp, .go"


def lead_to_the_landing_page(app: Sphinx, exception: Exception | None) -> None:
    """Make the root of the site show the landing page, which is not at the root of the sources."""
    if exception is None and app.builder.format == "html":
        landing = app.builder.get_target_uri(root_doc)
        (Path(app.outdir) / "index.html").write_text(
            f'<!doctype html><meta charset="utf-8"><title>{project}</title>'
            f'<meta http-equiv="refresh" content="0; url={landing}"><a href="{landing}">{project}</a>\n',
            encoding="utf-8",
        )


def setup(app: Sphinx) -> None:
    """Register what is ours alone."""
    app.connect("build-finished", lead_to_the_landing_page)
