"""A third party's implementation, reached over stdin and stdout.

``conformance/FORMAT.md`` describes the protocol.
"""

from __future__ import annotations

import json
import queue
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any

from taospec.conformance.answers import Answer, Crash, Reply, Timeout, Unsupported
from taospec.conformance.backends import BackendAbsentError
from taospec.conformance.schemas import schema_files
from taospec.conformance.vector_file import FORMAT, PROTOCOL, case_id

TARGET_PROTOCOL = "taospec-target/1"
STDERR_LINES_KEPT = 20


class TargetBackend:
    """A command that answers cases, one persistent process for the whole run.

    A process that dies, falls silent or breaks the protocol is started anew for the next
    case, and the case at hand is a crash or a timeout.
    """

    def __init__(self, command: str, timeout_seconds: float) -> None:
        """Start the command and greet it.

        Raises:
            BackendAbsentError: it does not start, or does not answer the greeting.
        """
        self.command = command
        self.timeout_seconds = timeout_seconds
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the target
        self._process: _LineProcess | None = None
        greeting = self._start()
        if isinstance(greeting, Crash | Timeout):
            self.close()
            raise BackendAbsentError(f"target {command!r}: {_explain(greeting)}")
        self.name = str(greeting["name"])
        self.version = greeting.get("version")
        self._ops = frozenset(greeting["ops"])
        self.unknown_ops = sorted(self._ops - schema_files().keys())
        """Ops of the greeting that no schema has: misspelt, or of another version of the suite."""

    def supports(self, op: str) -> bool:
        """Whether the target named the op in its greeting."""
        return op in self._ops

    def run(self, op: str, inputs: Mapping[str, Any]) -> Reply:
        """Put one case to the target."""
        if self._process is None:
            greeting = self._start()
            if isinstance(greeting, Crash | Timeout):
                return greeting
        id_ = case_id(op, inputs)
        reply = self._exchange({"id": id_, "op": op, "in": inputs})
        if isinstance(reply, Crash | Timeout):
            return reply
        answer = _decoded_answer(reply, id_)
        if isinstance(answer, Crash):
            return self._broken(answer.reason)
        return answer

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._stderr.close()

    def _start(self) -> dict[str, Any] | Crash | Timeout:
        try:
            self._process = _LineProcess(self.command, self._stderr)
        except (OSError, ValueError) as error:
            return Crash(f"cannot be started: {error}")
        greeting = self._exchange(
            {"hello": {"protocol": TARGET_PROTOCOL, "format": FORMAT, "revision": PROTOCOL}}
        )
        if isinstance(greeting, Crash | Timeout):
            return greeting
        ops = greeting.get("ops")
        if (
            not isinstance(greeting.get("name"), str)
            or not isinstance(ops, list)
            or not all(isinstance(op, str) for op in ops)
        ):
            return self._broken(
                "the greeting needs `name`, a text, and `ops`, a list of texts: " + _short(greeting)
            )
        return greeting

    def _exchange(self, message: Mapping[str, Any]) -> dict[str, Any] | Crash | Timeout:
        assert self._process is not None
        try:
            line = self._process.exchange(
                json.dumps(message, separators=(",", ":")).encode(), self.timeout_seconds
            )
        except TimeoutError:
            self._stop(grace_seconds=0)
            return Timeout(self.timeout_seconds)
        except EOFError as error:
            return self._broken(str(error))
        try:
            reply = json.loads(line)
        except ValueError:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            return self._broken(
                f"answered no JSON: {_short(text)} (standard output is for answers, logs go to stderr)"
            )
        return reply if isinstance(reply, dict) else self._broken(f"answered no object: {_short(reply)}")

    def _broken(self, reason: str) -> Crash:
        """Stop the process: after a broken exchange, what it says next cannot be assigned."""
        self._stop()
        return Crash(reason, self._stderr_tail())

    def _stop(self, grace_seconds: float = 1) -> None:
        if self._process is not None:
            self._process.stop(grace_seconds)
            self._process = None

    def _stderr_tail(self) -> str:
        size = self._stderr.seek(0, 2)
        self._stderr.seek(max(0, size - 16_384))
        lines = self._stderr.read().decode("utf-8", "replace").splitlines()
        self._stderr.seek(0, 2)
        return "\n".join(lines[-STDERR_LINES_KEPT:])


class _LineProcess:
    """A child process that is spoken to in lines, each direction in a thread of its own.

    So a child that neither reads nor answers runs into the timeout, however full its pipe.
    """

    def __init__(self, command: str, stderr: IO[bytes]) -> None:
        words = shlex.split(command)
        if not words:
            raise ValueError("the command is empty")
        self._child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self._requests: queue.Queue[bytes | None] = queue.Queue()
        self._answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._write_requests, daemon=True).start()
        threading.Thread(target=self._read_answers, daemon=True).start()

    def exchange(self, request: bytes, timeout_seconds: float) -> bytes:
        """Send a line and receive one.

        Raises:
            TimeoutError: no line came in time.
            EOFError: the child closed its output.
        """
        self._requests.put(request + b"\n")
        try:
            answer = self._answers.get(timeout=timeout_seconds)
        except queue.Empty:
            raise TimeoutError from None
        if not answer.endswith(b"\n"):
            raise EOFError(self._end("in the middle of a line" if answer else "without an answer"))
        return answer

    def stop(self, grace_seconds: float) -> None:
        """Close the child's input, and kill it if it does not end by that in time."""
        self._requests.put(None)
        try:
            self._child.wait(timeout=grace_seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _end(self, how: str) -> str:
        try:
            return f"the process ended {how}, exit status {self._child.wait(timeout=1)}"
        except subprocess.TimeoutExpired:
            return f"the process closed its output {how}"

    def _write_requests(self) -> None:
        assert self._child.stdin is not None
        try:
            while (request := self._requests.get()) is not None:
                self._child.stdin.write(request)
                self._child.stdin.flush()
            self._child.stdin.close()
        except OSError:
            return  # the child has gone: the reader of its output says so

    def _read_answers(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._answers.put(line)
        self._answers.put(b"")


def _decoded_answer(reply: Mapping[str, Any], id_: str) -> Answer | Unsupported | Crash:
    if reply.get("id") != id_:
        return Crash(f"answered for {_short(reply.get('id'))} instead of {id_}")
    if reply.get("unsupported") is True:
        return Unsupported()
    if ("out" in reply) == ("error" in reply):
        return Crash("the answer has neither out nor error" if "out" not in reply else "it has out and error")
    error = reply.get("error")
    if "error" in reply and not (isinstance(error, str) and error):
        return Crash(f"error is no text: {_short(error)}")
    return Answer(out=reply.get("out"), error=error, after_error=reply.get("after_error"))


def _explain(failure: Crash | Timeout) -> str:
    if isinstance(failure, Timeout):
        return f"no answer to the greeting within {failure.seconds:g} s"
    return f"{failure.reason}\n{failure.details}".strip()


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 200 else text[:200] + "..."
