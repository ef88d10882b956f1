"""The manifest: a SHA-256 for every committed vector and data file, and one for all of them.

``python -m taospec.conformance.manifest`` writes it anew in the source tree.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import write_atomically

FORMAT = "taospec-manifest/1"
PATH = VECTORS / "manifest.json"


def manifest(folder: Path = VECTORS) -> dict[str, Any]:
    """The manifest of the files in ``folder``.

    ``root`` is the SHA-256 of the lines ``<sha256>  <path>\\n`` in the order of the paths,
    which is what ``sha256sum`` prints for the files.
    """
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.gz")
    }
    ordered = dict(sorted(files.items()))
    lines = "".join(f"{digest}  {name}\n" for name, digest in ordered.items())
    return {"format": FORMAT, "root": hashlib.sha256(lines.encode()).hexdigest(), "files": ordered}


def write_manifest() -> None:
    """Write the manifest beside the vectors."""
    write_atomically(PATH, (json.dumps(manifest(), indent=2) + "\n").encode())


if __name__ == "__main__":
    write_manifest()
