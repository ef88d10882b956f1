"""An example target: the reference behind the third-party protocol.

``taospec conform --target "python -m taospec.conformance.target"`` runs the suite against
it. An implementation in another language answers the same lines; see
``conformance/FORMAT.md``.
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from typing import IO, Any

from taospec.conformance.answers import ProtocolError
from taospec.conformance.operations import Operation, reference_operations


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer one line for each line, until the requests end."""
    operations = reference_operations()
    for line in requests:
        answers.write(json.dumps(_answer(json.loads(line), operations)) + "\n")
        answers.flush()


def _answer(request: dict[str, Any], operations: dict[str, Operation]) -> dict[str, Any]:
    if "hello" in request:
        return {
            "name": "taospec-reference",
            "version": metadata.version("taospec"),
            "ops": sorted(operations),
        }
    operation = operations.get(request["op"])
    if operation is None:
        return {"id": request["id"], "unsupported": True}
    try:
        return {"id": request["id"], "out": operation(request["in"])}
    except ProtocolError as error:
        answer = {"id": request["id"], "error": error.name}
        if error.after_error is not None:
            answer["after_error"] = error.after_error
        return answer


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
