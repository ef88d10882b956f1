"""Vector files: reading with every check, and writing.

JSON Lines, plain or gzip: a header, then one case a line. ``conformance/FORMAT.md`` has
the format in words, ``conformance/schemas`` in JSON Schema.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs

from taospec.conformance.answers import Answer
from taospec.conformance.schemas import case_violation, header_violation
from taospec.reference.state.revision import BASE

FORMAT = "taospec-vectors/1"

PROTOCOL = {
    "name": "opentensor/subtensor",
    "commit": BASE.commit,
    "spec_version": BASE.spec_version,
}
"""The protocol revision that the suite checks."""

SUFFIXES = (".jsonl", ".jsonl.gz")


class VectorFileError(ValueError):
    """A vector file that cannot be used: what is wrong, and where."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}" if line else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason

    def __reduce__(self) -> tuple[type[VectorFileError], tuple[Path, int | None, str]]:
        # For the way from a worker process: an exception is otherwise made anew from its message alone.
        return type(self), (self.path, self.line, self.reason)


@attrs.frozen
class Case:
    """One case: an operation, its input, and the expected answer."""

    id: str
    """Op and hash of the input, the same wherever the case stands."""
    op: str
    """Name of the operation, such as ``yuma.epoch``."""
    inputs: Mapping[str, Any]
    """The operation's ``in`` in JSON form."""
    expected: Answer
    """What upstream, or the reference, answered."""


@attrs.frozen
class CaseLine:
    """A checked line of a vector file, kept as text until its case is run."""

    number: int
    """Line number in the file, from 1."""
    id: str
    """The case's id."""
    op: str
    """The case's op."""
    text: bytes
    """The line itself."""

    def case(self) -> Case:
        """Parse the line; its checks have been made."""
        return _case(json.loads(self.text))


@attrs.frozen
class VectorFile:
    """A vector file whose every line passed the checks."""

    path: Path
    """Where it was read."""
    header: Mapping[str, Any]
    """Its first line."""
    lines: tuple[CaseLine, ...]
    """Its cases, in the file's order."""

    @property
    def suite(self) -> str:
        """Name of the suite, from the header."""
        return str(self.header["suite"])


def case_id(op: str, inputs: Mapping[str, Any]) -> str:
    """The id of a case: independent of its file, its place and the order of its keys."""
    canonical = json.dumps([op, inputs], sort_keys=True, separators=(",", ":"))
    return f"{op}/{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"


def vector_files(paths: Iterable[Path]) -> list[Path]:
    """The files named by ``paths``, folders searched recursively, none twice.

    Raises:
        VectorFileError: a path does not exist, or a folder holds no vector file.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
            if not inside:
                raise VectorFileError(path, None, f"no file in this folder ends in {' or '.join(SUFFIXES)}")
        elif path.exists():
            inside = [path]
        else:
            raise VectorFileError(path, None, "no such file or folder")
        for file in inside:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def read_vector_file(path: Path) -> VectorFile:
    """Read a file and check everything that can be checked without computing an answer.

    Checked: gzip and JSON syntax, no repeated key and no floating-point number, the header
    and its revision, each case against the schema of its op, each id against its input, no
    id twice, and the number of cases against the header.

    Raises:
        VectorFileError: at the first violation, with its line number.
    """
    lines = numbered_lines(path)
    first = next(lines, None)
    if first is None:
        raise VectorFileError(path, None, "the file is empty")
    header = _checked_header(path, first[1])
    cases: list[CaseLine] = []
    seen: dict[str, int] = {}
    number = 1
    for number, text in lines:
        line = _checked_case(path, number, text)
        if line.id in seen:
            raise VectorFileError(path, number, f"case {line.id} stands in line {seen[line.id]} already")
        seen[line.id] = number
        cases.append(line)
    if len(cases) != header["cases"]:
        raise VectorFileError(
            path, number, f"the file ends after {len(cases)} cases, its header announces {header['cases']}"
        )
    return VectorFile(path=path, header=header, lines=tuple(cases))


def write_vector_file(path: Path, header: Mapping[str, Any], cases: Iterable[Case]) -> None:
    """Write a file that :func:`read_vector_file` accepts, gzip if its name ends in ``.gz``.

    The same header and cases give the same bytes. The file appears under its name only
    once it is complete.

    Raises:
        VectorFileError: a case breaks the schema of its op.
    """
    lines = [_dump(dict(header))]
    for case in cases:
        record = _record(case)
        violation = case_violation(record, case.op)
        if violation:
            raise VectorFileError(path, len(lines) + 1, violation)
        lines.append(_dump(record))
    content = "".join(f"{line}\n" for line in lines).encode()
    write_atomically(path, gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)


def write_public_suite(path: Path, suite: str, provenance: str, cases: Sequence[Case]) -> None:
    """Write a suite that is made once and committed: its header says who answered."""
    header = {
        "format": FORMAT,
        "suite": suite,
        "protocol": PROTOCOL,
        "provenance": provenance,
        "seed": "public",
        "cases": len(cases),
    }
    write_vector_file(path, header, cases)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name in its folder, then rename it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a plain or gzip file with their numbers, from 1.

    Raises:
        VectorFileError: the file cannot be read, or its gzip stream is damaged.
    """
    number = 0
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not compressed and path.suffix == ".gz":
                raise VectorFileError(path, None, "the name ends in .gz, but it is no gzip file")
            for line in gzip.GzipFile(fileobj=raw) if compressed else raw:
                number += 1
                yield number, line
    except EOFError:
        raise VectorFileError(path, number + 1, "the gzip stream is truncated") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise VectorFileError(path, number + 1, f"the gzip stream is damaged: {error}") from None
    except OSError as error:
        raise VectorFileError(path, None, str(error)) from None


def _checked_header(path: Path, text: bytes) -> Mapping[str, Any]:
    header = parsed_line(path, 1, text)
    known = isinstance(header, dict) and header.get("format") == FORMAT
    if not known:
        found = header.get("format") if isinstance(header, dict) else header
        raise VectorFileError(path, 1, f"no header of format {FORMAT!r}, found {_short(found)}")
    violation = header_violation(header)
    if violation:
        raise VectorFileError(path, 1, violation)
    if header["protocol"] != PROTOCOL:
        raise VectorFileError(
            path, 1, f"recorded for {_short(header['protocol'])}, this suite checks {_short(PROTOCOL)}"
        )
    checked: Mapping[str, Any] = header
    return checked


def _checked_case(path: Path, number: int, text: bytes) -> CaseLine:
    record = parsed_line(path, number, text)
    op = record.get("op") if isinstance(record, dict) else None
    violation = case_violation(record, op if isinstance(op, str) else None)
    if violation:
        raise VectorFileError(path, number, violation)
    expected_id = case_id(record["op"], record["in"])
    if record["id"] != expected_id:
        raise VectorFileError(path, number, f"id {record['id']} does not belong to its input: {expected_id}")
    return CaseLine(number=number, id=record["id"], op=record["op"], text=text)


def parsed_line(path: Path, number: int, text: bytes) -> Any:
    """The JSON value of a line.

    Raises:
        VectorFileError: it is no JSON, repeats a key, or has a number that is no integer.
    """
    try:
        return json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_without_repeated_keys,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise VectorFileError(path, number, f"no valid JSON: {error}") from None


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key {next(key for key in keys if keys.count(key) > 1)!r} repeats")
    return result


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")


def _case(record: Mapping[str, Any]) -> Case:
    return Case(
        id=record["id"],
        op=record["op"],
        inputs=record["in"],
        expected=Answer(
            out=record.get("out"), error=record.get("error"), after_error=record.get("after_error")
        ),
    )


def _record(case: Case) -> dict[str, Any]:
    record: dict[str, Any] = {"id": case.id, "op": case.op, "in": case.inputs}
    if case.expected.error is None:
        return {**record, "out": case.expected.out}
    record["error"] = case.expected.error
    if case.expected.after_error is not None:
        record["after_error"] = case.expected.after_error
    return record


def _dump(record: Mapping[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:120] + "..."
