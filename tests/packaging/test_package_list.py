"""``pyproject.toml`` against the tree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("spec", "reference", "optimized", "conformance")

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

MODULE_OF_DISTRIBUTION = {"jsonschema-rs": "jsonschema_rs", "attrs": "attrs", "numba-cuda": "numba_cuda"}


def python_files(layer: str) -> list[Path]:
    return [path for path in (ROOT / layer).rglob("*.py") if "__pycache__" not in path.parts]


def test_the_static_package_list_is_the_tree() -> None:
    folders = {path.parent.relative_to(ROOT) for layer in LAYERS for path in python_files(layer)}
    tree = {".".join(("taospec", *folder.parts)) for folder in folders}
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == tree
    assert len(PYPROJECT["tool"]["setuptools"]["packages"]) == len(tree)


def test_every_layer_is_mapped_and_typed() -> None:
    assert PYPROJECT["tool"]["setuptools"]["package-dir"] == {f"taospec.{layer}": layer for layer in LAYERS}
    assert [layer for layer in LAYERS if not (ROOT / layer / "py.typed").exists()] == []


def imported_distributions(path: Path) -> set[str]:
    """Third-party modules that a file imports when it is imported itself."""
    imported: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    return imported - sys.stdlib_module_names - {"taospec"}


def declared_modules(*requirements: str) -> set[str]:
    names = (re.match(r"[A-Za-z0-9_-]+", requirement) for requirement in requirements)
    return {MODULE_OF_DISTRIBUTION.get(name[0], name[0]) for name in names if name}


@pytest.mark.parametrize(
    ("layer", "allowed"), [("reference", {"attrs"}), ("spec", {"mpmath", "attrs", "taospec"})]
)
def test_the_readable_layers_import_no_more_than_they_say(layer: str, allowed: set[str]) -> None:
    imported = set().union(*map(imported_distributions, python_files(layer)))
    assert imported <= allowed


def test_what_the_command_line_imports_is_declared_as_a_dependency() -> None:
    declared = declared_modules(*PYPROJECT["project"]["dependencies"])
    optimized = declared | declared_modules(*PYPROJECT["project"]["optional-dependencies"]["optimized"])
    for path in python_files("conformance"):
        needs_extra = "benchmark" in path.parts or path.stem.endswith(("_optimized", "_cuda"))
        assert imported_distributions(path) <= (optimized if needs_extra else declared), path
