"""The manifest of the committed files."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

from taospec.conformance.manifest import PATH, manifest
from taospec.conformance.rule_lookup import VECTORS


def test_the_manifest_is_that_of_the_committed_files() -> None:
    assert json.loads(PATH.read_text()) == manifest()


def test_reports_name_a_committed_file_of_cases_by_its_own_name() -> None:
    for path in VECTORS.rglob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            header = json.loads(next(lines))
        if header["format"] == "taospec-vectors/1":
            assert f"{header['suite']}.jsonl.gz" == path.name


def test_the_root_is_the_hash_of_the_list_that_sha256sum_prints(tmp_path: Path) -> None:
    # SHA-256 of "abc" and of the empty text are those of FIPS 180-4's examples.
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "abc.gz").write_text("abc")
    (tmp_path / "a.gz").write_text("")
    (tmp_path / "notes.md").write_text("not listed")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    printed = f"{empty}  a.gz\n{abc}  b/abc.gz\n"
    assert manifest(tmp_path)["files"] == {"a.gz": empty, "b/abc.gz": abc}
    assert manifest(tmp_path)["root"] == hashlib.sha256(printed.encode()).hexdigest()
