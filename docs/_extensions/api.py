"""API pages: one per package, written from the tree when the site is built.

Every public module of the packages that pyproject.toml lists gets a section, so that none can be
forgotten. The pages are written to ``docs/_generated/api``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

LAYERS: Final = ("reference", "optimized", "conformance", "spec")
"""In the order of the table of contents."""


def write_pages(app: Sphinx) -> None:
    """Write the page of every package, and remove those of packages that are gone."""
    root = Path(app.srcdir)
    target = root / "docs" / "_generated" / "api"
    target.mkdir(parents=True, exist_ok=True)
    pages = {f"{package}.md": _page(package, root) for package in _packages(root)}
    for path in target.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = target / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _packages(root: Path) -> list[str]:
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "packages"
    ]
    # What needs the libraries of a GPU cannot be imported without them.
    importable = [package for package in listed if "cuda" not in package.split(".")]
    return [package for package in importable if _modules(package, root)]


def _modules(package: str, root: Path) -> Sequence[str]:
    folder = root.joinpath(*package.split(".")[1:])
    names = sorted(path.stem for path in folder.glob("*.py") if _has_page(path.stem))
    initial = [package] if (folder / "__init__.py").exists() else []
    return [*initial, *(f"{package}.{name}" for name in names)]


def _has_page(name: str) -> bool:
    return not name.startswith("_") and "cuda" not in name.split("_")


def _page(package: str, root: Path) -> str:
    sections = [f"# `{package.removeprefix('taospec.')}`\n"]
    for module in _modules(package, root):
        title = "" if module == package else f"## `{module.removeprefix(package + '.')}`\n\n"
        # Names that a package hands on are described where they are defined.
        sections.append(f"{title}```{{eval-rst}}\n.. automodule:: {module}\n   :ignore-module-all:\n```\n")
    return "\n".join(sections)


def find_elsewhere(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Resolve a name that a module imports from another of ours, if only one object has this name."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"].rpartition(".")[2]
    kinds = env.domains.python_domain.objtypes_for_role(node["reftype"]) or []
    found = {
        (entry.docname, entry.node_id, full_name)
        for full_name, entry in env.domains.python_domain.objects.items()
        if full_name.rpartition(".")[2] == name and not entry.aliased and entry.objtype in kinds
    }
    if len(found) != 1:
        return None
    docname, anchor, full_name = found.pop()
    return make_refnode(app.builder, node["refdoc"], docname, anchor, contnode, full_name)


def accept_undescribed_names(app: Sphinx, domain: Domain | None, node: addnodes.pending_xref) -> bool | None:
    """Let texts name what has no description: type variables, others' types, private functions."""
    ancestor = node.parent
    while ancestor is not None:
        if isinstance(ancestor, addnodes.desc_signature):
            return True
        ancestor = ancestor.parent
    name = node["reftarget"]
    # What is private has no description either.
    is_private = name.rpartition(".")[2].startswith("_")
    return True if is_private or _is_type_variable(name) else None


def _is_type_variable(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    return isinstance(getattr(sys.modules.get(module), attribute, None), TypeVar)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", write_pages, priority=400)
    app.connect("missing-reference", find_elsewhere)
    app.connect("warn-missing-reference", accept_undescribed_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
