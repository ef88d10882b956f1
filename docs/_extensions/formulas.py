"""Formulas: MathJax from the build itself, and symbols that lead to the notation table.

``{symbols} DOMAIN``
    the notation table of a domain. One symbol a line: ``key | formula | meaning | where``. The key is the
    TeX of the symbol without indices; wherever it occurs in a displayed formula of ``spec/DOMAIN``, it links
    to its row.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NOTATION = "spec/notation"

# Text and names inside a formula are no symbols, and neither is a part of a command's name.
_OPAQUE = r"\\(?:text|operatorname\*?|mathrm|mathtt|mathsf|begin|end|href|tag|label)\s*\{[^{}]*\}"


class Symbols(SphinxDirective):
    """The notation table."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        domain = self.arguments[0]
        rows = []
        for line in filter(str.strip, self.content):
            key, formula, meaning, where = (cell.strip() for cell in line.split("|"))
            target = nodes.inline("", "", ids=[symbol_id(domain, key)])
            rows.append(
                [
                    [nodes.paragraph("", "", target, *self.parse_inline(formula)[0])],
                    [nodes.paragraph("", "", *self.parse_inline(meaning)[0])],
                    [nodes.paragraph("", "", *self.parse_inline(where)[0])],
                ]
            )
        return [
            nodes.container(
                "", table(["Symbol", "Meaning", "Where"], rows), classes=["symbols", "wide-table"]
            )
        ]


def symbol_id(domain: str, key: str) -> str:
    """Return the anchor of a symbol's row."""
    return f"symbol-{domain}-" + re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")


def link_symbols(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the symbols in a page's displayed formulas links to the notation table."""
    layer, _, rest = docname.partition("/")
    domain = rest.partition("/")[0]
    keys = _symbol_keys(Path(app.srcdir), domain) if layer == "spec" else []
    if app.builder.format != "html" or not keys:
        return
    pattern = _pattern(keys)
    page = app.builder.get_relative_uri(docname, NOTATION)

    def link(match: re.Match[str]) -> str:
        if match["symbol"] is None:
            return match[0]
        return f"{{\\href{{{page}#{symbol_id(domain, _normal(match['symbol']))}}}{{{match['symbol']}}}}}"

    for formula in doctree.findall(nodes.math_block):
        formula.children = [nodes.Text(pattern.sub(link, formula.astext()))]


def _symbol_keys(root: Path, domain: str) -> list[str]:
    text = (root / f"{NOTATION}.md").read_text(encoding="utf-8")
    keys = []
    opening = rf"^:{{3,}}\{{symbols\}} {re.escape(domain)}\n"
    for block in re.findall(opening + r"(.*?)^:{3,}$", text, re.MULTILINE | re.DOTALL):
        keys += [line.split("|")[0].strip() for line in block.splitlines() if "|" in line]
    return keys


def _pattern(keys: list[str]) -> re.Pattern[str]:
    # Longest first, so that \bar W is not taken for W; a key of one letter is not part of a command.
    symbols = "|".join(
        re.escape(key).replace(r"\ ", r"\s*") + (r"(?![A-Za-z])" if key.startswith("\\") else "")
        for key in sorted(keys, key=len, reverse=True)
    )
    return re.compile(rf"{_OPAQUE}|(?P<symbol>{symbols})|\\[A-Za-z]+")


def _normal(symbol: str) -> str:
    return re.sub(r"\s+", " ", symbol)


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Put MathJax beside the pages: they read the same without a network."""
    if exception is not None or app.builder.format != "html":
        return
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise RuntimeError("sphinx-mathjax-offline is not installed: pip install -e '.[docs]'")
    source = Path(package.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    (target / "output" / "chtml" / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "tex-chtml-full.js", target)
    fonts = Path("output", "chtml", "fonts", "woff-v2")
    shutil.copytree(source / fonts, target / fonts, dirs_exist_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.mathjax")
    app.config.mathjax_path = "mathjax/tex-chtml-full.js"
    app.add_directive("symbols", Symbols)
    app.connect("doctree-resolved", link_symbols)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
