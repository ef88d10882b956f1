"""The wheel, installed in a fresh environment and used from an empty directory.

The environment takes the dependencies from the one that runs the tests, so that no
index is needed; ``test_package_list`` checks that they are declared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("spec", "reference", "optimized", "conformance")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the sources, so that the checkout stays clean."""
    source, output = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*LAYERS, "pyproject.toml", "README.md", "LICENSE"):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.exists():
            shutil.copy(path, source)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", output, source],
        check=True,
        capture_output=True,
    )
    [built] = output.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
    )
    [site_packages] = folder.glob("lib/python*/site-packages")
    inherited = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *_inherited_paths()}
    (site_packages / "dependencies.pth").write_text("\n".join(sorted(inherited)))
    return folder


def _inherited_paths() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def run(environment: Path, directory: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [environment / "bin" / str(arguments[0]), *map(str, arguments[1:])],
        cwd=directory,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_has_every_module_and_all_of_the_conformance_suite(wheel: Path) -> None:
    files = [path for layer in LAYERS for path in (ROOT / layer).rglob("*") if path.is_file()]
    needed = {
        f"taospec/{path.relative_to(ROOT).as_posix()}"
        for path in files
        if "__pycache__" not in path.parts
        and (path.suffix == ".py" or path.name == "py.typed" or path.is_relative_to(ROOT / "conformance"))
    }
    assert needed - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_conform_in_an_empty_directory_finds_the_vectors_of_the_wheel(
    environment: Path, tmp_path: Path
) -> None:
    result = run(
        environment, tmp_path, "taospec", "conform", "--suite", "fixed_point", "--backend", "reference",
        "--json", "report.json",
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    totals = json.loads((tmp_path / "report.json").read_text())["totals"]
    assert totals == {"cases": 19_546, "passed": 19_546, "failed": 0, "unsupported": 0, "skipped": 0}


def test_the_installed_vectors_are_those_of_the_manifest(environment: Path, tmp_path: Path) -> None:
    program = (
        "import json, taospec.conformance as c; from taospec.conformance.manifest import PATH, manifest;"
        "print(c.__file__); print(json.loads(PATH.read_text()) == manifest() != {})"
    )
    result = run(environment, tmp_path, "python", "-c", program)
    place, same = result.stdout.split()
    assert Path(place).is_relative_to(environment), result.stderr
    assert same == "True"


def test_the_version_of_the_command_is_that_of_the_wheel(
    environment: Path, wheel: Path, tmp_path: Path
) -> None:
    result = run(environment, tmp_path, "taospec", "--version")
    assert result.stdout.split()[-1] == wheel.name.split("-")[1]
