"""The outcome of a run: counts, table, failures in words, and the JSON report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from taospec.conformance.runner import CaseResult, Failure, Outcome
from taospec.conformance.vector_file import write_atomically

COUNTED = (Outcome.PASSED, Outcome.FAILED, Outcome.UNSUPPORTED, Outcome.SKIPPED)

FAILURES_SHOWN = 20
"""Failures printed in full; the JSON report has them all."""


@attrs.frozen
class SuiteSummary:
    """Counts of one suite."""

    suite: str
    """Name of the suite."""
    outcomes: Counter[Outcome] = attrs.Factory(Counter)
    """Cases by outcome."""
    unsupported_ops: Counter[str] = attrs.Factory(Counter)
    """Cases that no backend supports, by op."""
    answered: Counter[str] = attrs.Factory(Counter)
    """Cases by backend that answered them."""
    failed: Counter[str] = attrs.Factory(Counter)
    """Failures by backend."""
    fallbacks: Counter[tuple[str, str]] = attrs.Factory(Counter)
    """Cases that a fast backend gave to the reference, by backend and reason."""

    @property
    def cases(self) -> int:
        """Number of cases."""
        return self.outcomes.total()

    def add(self, result: CaseResult) -> None:
        """Count one case."""
        self.outcomes[result.outcome] += 1
        if result.outcome is Outcome.UNSUPPORTED:
            self.unsupported_ops[result.op] += 1
        self.answered.update(result.answered_by)
        self.failed.update(failure.backend for failure in result.failures)
        self.fallbacks.update(result.fallbacks)


@attrs.frozen
class Report:
    """The outcome of a run."""

    suites: dict[str, SuiteSummary]
    """Counts by suite, in the order of the run."""
    failed_cases: list[CaseResult]
    """Cases that failed, in the order of the run."""
    stale_known_failures: list[str]
    """Ids listed as known failures that did not fail."""

    @property
    def totals(self) -> Counter[Outcome]:
        """Cases by outcome over all suites."""
        return sum((suite.outcomes for suite in self.suites.values()), Counter())

    def exit_code(self, allow_unsupported: bool = False) -> int:
        """0 all passed, 1 something failed, 3 nothing failed but something was unsupported.

        Where that is allowed, 3 is left for a run in which nothing passed.
        """
        if self.failed_cases or self.stale_known_failures:
            return 1
        if allow_unsupported and self.totals[Outcome.PASSED]:
            return 0
        return 3 if self.totals[Outcome.UNSUPPORTED] else 0


def summarise(
    results: Iterable[CaseResult], suites: Sequence[str], stale_known_failures: Sequence[str] = ()
) -> Report:
    """Count results; ``suites`` gives the order."""
    summaries = {suite: SuiteSummary(suite) for suite in suites}
    failed = []
    for result in results:
        summaries[result.suite].add(result)
        if result.outcome is Outcome.FAILED:
            failed.append(result)
    order = {suite: index for index, suite in enumerate(suites)}
    failed.sort(key=lambda result: (order[result.suite], result.source, result.line, result.id))
    return Report(summaries, failed, list(stale_known_failures))


def write_json(path: Path, report: Report) -> None:
    """Write the report for machines."""
    content = {
        "totals": _counts(report.totals),
        "suites": [
            {
                "suite": summary.suite,
                **_counts(summary.outcomes),
                "backends": {
                    backend: {
                        "cases": cases,
                        "failed": summary.failed[backend],
                        "fallbacks": {
                            reason: count
                            for (name, reason), count in sorted(summary.fallbacks.items())
                            if name == backend
                        },
                    }
                    for backend, cases in summary.answered.items()
                },
                "unsupported_ops": dict(sorted(summary.unsupported_ops.items())),
            }
            for summary in report.suites.values()
        ],
        "failures": [
            *(
                _failure_record(result, failure)
                for result in report.failed_cases
                for failure in result.failures
            ),
            *({"id": id_, "kind": "stale known failure"} for id_ in report.stale_known_failures),
        ],
    }
    write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())


def print_failures(console: Console, report: Report) -> None:
    """Say for each failure what differs, where, and by how much."""
    failures = [(result, failure) for result in report.failed_cases for failure in result.failures]
    for result, failure in failures[:FAILURES_SHOWN]:
        console.print(f"FAILED {result.id} on {failure.backend}", style="bold red")
        for label, text in _failure_lines(result, failure):
            console.print(f"  {label:<11} {text}", soft_wrap=True)
    if len(failures) > FAILURES_SHOWN:
        console.print(f"... and {len(failures) - FAILURES_SHOWN} more failures")
    for id_ in report.stale_known_failures:
        console.print(f"STALE known failure {id_}: it did not fail", style="bold red")


def print_table(console: Console, report: Report) -> None:
    """Print the counts of each suite, what no backend supports, and what each backend did."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("suite", overflow="fold")
    for title in ("cases", *COUNTED, "rate"):
        table.add_column(str(title), justify="right", no_wrap=True)
    for summary in report.suites.values():
        table.add_row(summary.suite, *_row(summary.outcomes))
    if len(report.suites) > 1:
        table.add_section()
        table.add_row("total", *_row(report.totals))
    console.print(table)
    unsupported = sum((summary.unsupported_ops for summary in report.suites.values()), Counter[str]())
    if unsupported:
        ops = ", ".join(f"{op} ({count})" for op, count in sorted(unsupported.items()))
        console.print(f"unsupported ops: {ops}")
    for line in _backend_lines(report):
        console.print(line, soft_wrap=True)


def _row(outcomes: Counter[Outcome]) -> list[str]:
    cases = outcomes.total()
    rate = f"{outcomes[Outcome.PASSED] * 10_000 // cases / 100:.2f} %" if cases else "-"
    return [f"{cases:,}", *(f"{outcomes[outcome]:,}" for outcome in COUNTED), rate]


def _backend_lines(report: Report) -> Iterable[str]:
    summaries = report.suites.values()
    for backend in sum((summary.answered for summary in summaries), Counter[str]()):
        cases = sum(summary.answered[backend] for summary in summaries)
        failed = sum(summary.failed[backend] for summary in summaries)
        yield f"{backend}: {cases:,} cases, {failed:,} failed"
        for summary in summaries:
            for (name, reason), count in sorted(summary.fallbacks.items()):
                if name == backend:
                    yield f"  {count:,} of {summary.suite} computed by the reference: {reason}"


def _failure_lines(result: CaseResult, failure: Failure) -> Iterable[tuple[str, str]]:
    yield "case", f"{result.source}, line {result.line}"
    difference = failure.difference
    if difference is None:
        yield failure.kind, failure.message
        for line in failure.details.splitlines()[-20:]:
            yield "", line
        return
    yield "differs in", difference.place
    if difference.element:
        yield "element", difference.element
    yield "expected", difference.expected
    yield "computed", difference.computed
    if difference.ulps is not None:
        yield "difference", f"{difference.ulps:+d} ulp"
    if difference.remark:
        yield "remark", difference.remark
    if failure.details:
        yield "in all", failure.details
    if failure.rules:
        yield "rule", ", ".join(failure.rules)


def _failure_record(result: CaseResult, failure: Failure) -> dict[str, Any]:
    difference = failure.difference
    return {
        "id": result.id,
        "suite": result.suite,
        "op": result.op,
        "source": result.source,
        "line": result.line,
        "backend": failure.backend,
        "kind": failure.kind,
        "message": failure.message,
        "place": difference.place if difference else None,
        "element": difference.element if difference else None,
        "expected": difference.expected if difference else None,
        "computed": difference.computed if difference else None,
        "ulps": str(difference.ulps) if difference and difference.ulps is not None else None,
        "remark": difference.remark if difference else None,
        "rules": list(failure.rules),
        "details": failure.details,
    }


def _counts(outcomes: Counter[Outcome]) -> dict[str, int]:
    return {"cases": outcomes.total(), **{str(outcome): outcomes[outcome] for outcome in COUNTED}}
