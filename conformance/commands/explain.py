"""``taospec explain``: one case, or one block of a trace, step by step."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from taospec.conformance.answers import Answer, Crash, Reply
from taospec.conformance.backends import BACKEND_NAMES, BackendAbsentError, load_backend
from taospec.conformance.block_explanation import block_explanation, block_index, case_explanation
from taospec.conformance.chain_trace import is_trace, read_trace
from taospec.conformance.comparison import compare, first_difference
from taospec.conformance.rule_lookup import VECTORS, rules_for
from taospec.conformance.trace_replay import OP
from taospec.conformance.vector_file import Case, VectorFileError, read_vector_file, vector_files
from taospec.reference.fixed_point import I32F32, I64F64, FixedPoint
from taospec.reference.invalid_input import InvalidInputError

WIDE_STAGES = {"filtered_stake": I64F64}
"""Stages of an epoch that are not I32F32."""
INTEGER_STAGES = ("last_update", "block_at_registration")


@click.command("explain")
@click.argument("file")
@click.argument("case_id")
@click.option("--backend", default="reference", show_default=True, type=click.Choice(BACKEND_NAMES))
@click.option(
    "--stage", "stages", multiple=True, help="Show this stage, or step of a block, only; may be repeated."
)
def explain_command(file: str, case_id: str, backend: str, stages: tuple[str, ...]) -> None:
    """Print a case: input, every stage with raw bits and decimals, expected and computed.

    FILE is a vector file, or the name of a committed suite. CASE-ID may be shortened to
    any part that only one case has.

    Of a chain trace a block is printed, whose number may stand for its id: the block's own step and
    each call with result, events, storage before and after, and the rules that ran; so are cases that
    are blocks. Their steps are "block step", "call 0", and so on.
    """
    try:
        path = _path_of(file)
        if is_trace(path):
            lines = _explained_block(path, case_id, backend, stages)
        else:
            case = _find_case(path, case_id)
            reply = load_backend(backend).run(case.op, case.inputs)
            lines = [*explanation(case, reply, stages)]
    except (VectorFileError, BackendAbsentError, InvalidInputError, LookupError) as error:
        click.echo(f"bad input: {error.args[0] if isinstance(error, LookupError) else error}", err=True)
        sys.exit(2)
    for line in lines:
        click.echo(line)


def explanation(case: Case, reply: Reply, stages: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines that explain a case and a backend's reply to it."""
    if case.op == OP and isinstance(reply, Answer):
        yield from case_explanation(case, stages)
        yield from _verdict(case, reply)
        return
    yield case.id
    if not stages:
        yield from _inputs(case.inputs)
    if not isinstance(reply, Answer):
        yield f"computed: {reply}"
        if isinstance(reply, Crash):
            yield reply.details
        yield f"expected: {_json(case.expected.out if case.expected.error is None else case.expected.error)}"
        return
    yield from _stages(case, reply, stages)
    if not stages:
        yield from _fields(case, reply)
    yield from _verdict(case, reply)


def _path_of(file: str) -> Path:
    path = Path(file)
    if path.exists():
        return path
    committed = {path.name.removesuffix(".jsonl.gz"): path for path in vector_files([VECTORS])}
    if file not in committed:
        raise LookupError(f"{file}: no such file, and no committed suite; there are {', '.join(committed)}")
    return committed[file]


def _explained_block(path: Path, wanted: str, backend: str, stages: Sequence[str]) -> list[str]:
    if backend != "reference":
        raise LookupError(f"{path}: a chain trace, whose steps only the reference shows, not {backend}")
    trace = read_trace(path)
    return [*block_explanation(trace, block_index(trace, wanted), stages)]


def _find_case(path: Path, wanted: str) -> Case:
    lines = [line for line in read_vector_file(path).lines if wanted in line.id]
    if len(lines) != 1:
        found = f"{len(lines)} cases have" if lines else "no case has"
        raise LookupError(f"{path}: {found} {wanted!r} in the id")
    return lines[0].case()


def _inputs(inputs: Mapping[str, Any]) -> Iterator[str]:
    yield "\ninput"
    for name, value in inputs.items():
        if isinstance(value, list) and any(isinstance(element, list) for element in value):
            yield f"  {name}"
            yield from (f"    {index:>5}  {_json(row)}" for index, row in enumerate(value) if row)
        else:
            yield f"  {name} = {_json(value)}"


def _stages(case: Case, answer: Answer, wanted: tuple[str, ...]) -> Iterator[str]:
    computed = dict(answer.out.get("stages", [])) if isinstance(answer.out, dict) else {}
    expected = dict(case.expected.out.get("stages", [])) if isinstance(case.expected.out, dict) else {}
    for name in wanted:
        if name not in computed:
            yield f"\nno stage {name}, there are {', '.join(computed) or 'none'}"
    for name, value in computed.items():
        if wanted and name not in wanted:
            continue
        rules = rules_for(case.op, case.id, name)
        cited = f" [{', '.join(rules)}]" if rules else ""
        yield f"\nstage {name}{cited}{_mark(expected.get(name, value), value)}"
        yield from _stage_lines(value, _stage_type(name))


def _stage_lines(value: list[Any], number: type[FixedPoint] | None) -> Iterator[str]:
    for index, element in enumerate(value):
        if not isinstance(element, list):
            yield f"  {index:>5}  {_raw_and_decimal(element, number)}"
            continue
        for column, entry in enumerate(element):
            at, raw = entry if isinstance(entry, list) else (column, entry)
            yield f"  {index:>5},{at:>5}  {_raw_and_decimal(raw, number)}"


def _fields(case: Case, answer: Answer) -> Iterator[str]:
    if answer.error is not None or case.expected.error is not None:
        yield f"\nexpected  {_answer_text(case.expected)}"
        yield f"computed  {_answer_text(answer)}"
        return
    for name in [name for name in answer.out if name != "stages"]:
        yield f"\noutput {name}{_mark(case.expected.out.get(name), answer.out[name])}"
        yield f"  expected  {_json(case.expected.out.get(name))}"
        yield f"  computed  {_json(answer.out[name])}"


def _verdict(case: Case, answer: Answer) -> Iterator[str]:
    difference = first_difference(case.expected, answer)
    if difference is None:
        yield "\nequal"
        return
    element = f", {difference.element}" if difference.element else ""
    yield f"\nfirst difference: {difference.place}{element}"
    yield f"  expected  {difference.expected}"
    yield f"  computed  {difference.computed}"
    if difference.ulps is not None:
        yield f"  {difference.ulps:+d} ulp"


def _mark(expected: Any, computed: Any) -> str:
    return "" if compare("", "", expected, computed) is None else "  <- differs"


def _stage_type(name: str) -> type[FixedPoint] | None:
    return None if name in INTEGER_STAGES else WIDE_STAGES.get(name, I32F32)


def _raw_and_decimal(raw: Any, number: type[FixedPoint] | None) -> str:
    if number is None or not isinstance(raw, str):
        return str(raw if isinstance(raw, str) else _json(raw))
    return f"{raw:>20}  {number.from_bits(int(raw))}"


def _answer_text(answer: Answer) -> str:
    return f"error {answer.error}" if answer.error is not None else _json(answer.out)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(", ", ": "))
