"""The project's commands: ``nox -s SESSION``, or ``nox`` for all."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.install("ruff")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, on a normal install: mypy does not follow the package mapping of an editable one."""
    session.install(".[optimized]", "mypy")
    configuration = str(ROOT / "pyproject.toml")
    session.chdir(session.create_tmp())
    session.run("mypy", "--config-file", configuration)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The project's own tests."""
    session.install("-e", ".[test]")
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def docs(session: nox.Session) -> None:
    """The rendered specification; a warning is an error."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "-n", "-W", "--keep-going", "-c", "docs", ".", "docs/_build/html")


@nox.session
def traceability(session: nox.Session) -> None:
    """Every rule leads to code and vectors, and nothing names an unknown one."""
    session.install("-e", ".")
    session.run("python", "-m", "taospec.conformance.traceability")


@nox.session
def mutation(session: nox.Session) -> None:
    """Every hand-made wrong implementation is caught by a committed vector."""
    session.install("-e", ".")
    session.run("python", "tests/mutation/run.py", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel finds its vectors from an empty directory."""
    session.install("build")
    distributions = Path(session.create_tmp()) / "distributions"
    shutil.rmtree(distributions, ignore_errors=True)
    session.run("python", "-m", "build", "--wheel", "--outdir", str(distributions))
    (built,) = distributions.glob("*.whl")
    session.install(f"{built}[optimized]")
    empty = distributions.parent / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    empty.mkdir()
    session.chdir(empty)
    session.run("taospec", "conform")


@nox.session
def determinism(session: nox.Session) -> None:
    """Generated vectors are the same bytes under different hash seeds and numbers of processes."""
    session.install(".")
    folder = Path(session.create_tmp())
    written = []
    for hash_seed, jobs in (("1", "1"), ("4242", "2")):
        path = folder / f"generated-{hash_seed}.jsonl.gz"
        session.run(
            "taospec",
            "generate",
            "--seed",
            "determinism",
            "--cases",
            "60",
            "--jobs",
            jobs,
            "-o",
            str(path),
            env={"PYTHONHASHSEED": hash_seed},
        )
        written.append(path.read_bytes())
    if written[0] != written[1]:
        session.error("generated vectors depend on the hash seed or the number of processes")
