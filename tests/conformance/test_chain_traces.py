"""``taospec conform`` on chain traces."""

from __future__ import annotations

import gzip
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taospec.conformance.cli import main
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.split_trace import main as split_trace
from taospec.conformance.storage_dump import StorageDump, changes_of, compact, rows_of
from taospec.reference.chain.block import Block, Extrinsic, apply_block
from taospec.reference.state.changed_entries import ChangedEntries
from taospec.reference.state.origin import ROOT
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import export_state

ALICE, BOB = 1, 2
PROTOCOL = {
    "name": "opentensor/subtensor",
    "commit": "14bc6f9f964b9cc362e9635dd110a487fa5d15a0",
    "spec_version": 425,
}


def conform(*arguments: object) -> Result:
    options = ["conform", "--backend", "reference", "--jobs", "1", *map(str, arguments)]
    return CliRunner().invoke(main, options)


def transfer(value: int, signer: int = ALICE) -> dict[str, Any]:
    return {"call": "transfer_allow_death", "signer": signer, "dest": BOB, "value": value}


def trace_lines() -> list[dict[str, Any]]:
    """Two accounts, 10^12 rao, no subnet: a block only mints and throws away, and transfers are by hand.

    Half of 21,000,000 TAO is far: a block would mint 10^9 rao; nobody takes them, so they are recycled and
    issuances stay. Dumps after the blocks are written down by hand.
    """
    start = {
        "Balances::Account": [[ALICE, 600_000_000_000], [BOB, 400_000_000_000]],
        "Balances::TotalIssuance": 1_000_000_000_000,
        "TotalIssuance": 1_000_000_000_000,
        "System::Number": 7,
    }
    header = {
        "format": "taospec-chain-trace/1", "suite": "by_hand", "protocol": PROTOCOL,
        "provenance": "reference", "profile": "by_hand", "seed": 1, "blocks": 2,
    }  # fmt: skip
    dump = StorageDump(start)
    first = block(8, [transfer(1_000), transfer(700_000_000_000)], [0, "Token::FundsUnavailable"])
    first["set"] = {
        "Balances::Account": [[ALICE, 599_999_999_000], [BOB, 400_000_001_000]],
        "System::Number": 8,
    }
    second = block(9, [transfer(599_999_999_000)], [0])
    second["set"] = {"Balances::Account": [[BOB, 1_000_000_000_000]], "System::Number": 9}
    second["removed"] = {"Balances::Account": [[ALICE]]}
    for each in (first, second):
        dump.apply(changes_of(each))
        each["digest"] = dump.digest()
    return [header, {"genesis": {"core_exclude": []}, "state": start}, first, second]


def block(number: int, extrinsics: list[Any], results: list[Any]) -> dict[str, Any]:
    return {
        "number": number, "author": None, "parent_hash": "0x" + "00" * 32, "extrinsics": extrinsics,
        "results": results, "events": [], "set": {}, "removed": {},
    }  # fmt: skip


def written(folder: Path, lines: list[dict[str, Any]]) -> Path:
    path = folder / "trace.jsonl.gz"
    path.write_bytes(gzip.compress("".join(compact(line) + "\n" for line in lines).encode()))
    return path


@pytest.mark.rule("CHAIN-BLOCK-3")
@pytest.mark.parametrize("mode", [[], ["--continuous"], ["--jobs", "2"]])
def test_a_trace_by_hand_passes_in_every_mode(tmp_path: Path, mode: list[str]) -> None:
    result = conform(written(tmp_path, trace_lines()), *mode)
    assert result.exit_code == 0, result.output
    assert "by_hand      2       2" in result.output


@pytest.mark.parametrize("mode", [[], ["--continuous"]])
def test_entries_that_dumps_omit_are_kept_from_block_to_block(tmp_path: Path, mode: list[str]) -> None:
    """The zero account takes a hotkey: its owner is the default, which no dump shows. Bob comes too late."""
    lines = trace_lines()
    taken, hotkey = [[0, [5]]], {"call": "try_associate_hotkey", "hotkey": 5}
    lines[2] = block(8, [hotkey | {"signer": 0}], [0])
    lines[2]["set"] = {"OwnedHotkeys": taken, "StakingHotkeys": taken, "System::Number": 8}
    lines[3] = block(9, [hotkey | {"signer": BOB}], [0])
    lines[3]["set"] = {"System::Number": 9}
    result = conform(written(tmp_path, _with_digests(lines)), *mode)
    assert result.exit_code == 0, result.output


def _wrong_value(lines: list[Any]) -> None:
    lines[2]["set"]["Balances::Account"][1][1] += 5


def _wrong_result(lines: list[Any]) -> None:
    lines[2]["results"][1] = "Token::Frozen"


def _entry_of_nobody(lines: list[Any]) -> None:
    lines[2]["set"]["TotalStake"] = 4


def _with_digests(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    dump = StorageDump(lines[1]["state"])
    for line in lines[2:]:
        dump.apply(changes_of(line))
        line["digest"] = dump.digest()
    return lines


TARGET = f"{sys.executable} -m taospec.conformance.target"


def _other_event(lines: list[Any]) -> None:
    lines[2]["events"] = ["StakeSwapped"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (None, "by_hand      2       2"),
        (_wrong_value, "element     set, Balances::Account, row 1, column 1"),
        (_other_event, "element     events, length"),
    ],
)
def test_blocks_are_put_to_a_target_as_cases_with_events_and_digest(
    tmp_path: Path, edit: Callable[[list[Any]], None] | None, said: str
) -> None:
    lines = trace_lines()
    if edit is not None:
        edit(lines)
    path = written(tmp_path, _with_digests(lines))
    result = CliRunner().invoke(main, ["conform", "--target", TARGET, "--jobs", "1", "--vectors", str(path)])
    assert result.exit_code == (0 if edit is None else 1), result.output
    assert said in result.output


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            _wrong_value,
            ["block 8, storage Balances::Account", "key [2]", "written by extrinsic 0, transfer_allow_death",
             "expected    400000001005", "computed    400000001000", "-5 ulp"],
        ),
        (_wrong_result, ["block 8, result of extrinsic 1, transfer_allow_death", '"Token::Frozen"']),
        (_entry_of_nobody, ["block 8, storage TotalStake", "key [], not written", "expected    4"]),
    ],
)  # fmt: skip
def test_a_difference_is_named_by_block_extrinsic_item_key_and_both_values(
    tmp_path: Path, edit: Callable[[list[Any]], None], said: list[str]
) -> None:
    lines = trace_lines()
    edit(lines)
    result = conform(written(tmp_path, _with_digests(lines)))
    assert result.exit_code == 1
    assert [part for part in said if part not in result.output] == [], result.output


def _first_blocks(count: int) -> list[dict[str, Any]]:
    """The start of a committed trace: the first block registers on root twice and opens subnets."""
    with gzip.open(VECTORS / "chain" / "trace_01.jsonl.gz", "rt") as content:
        lines = [json.loads(line) for line in itertools.islice(content, count + 2)]
    lines[0]["blocks"] = count
    return lines


def _other_value(events: list[str]) -> None:
    assert events[-1] == "NeuronRegistered(NetUid(0), 0, 1003)"
    events[-1] = "NeuronRegistered(NetUid(0), 0, 1004)"


def _one_less(events: list[str]) -> None:
    del events[-1]


def _one_more(events: list[str]) -> None:
    events.append("RootClaimed { coldkey: 8 }")


def _swapped(events: list[str]) -> None:
    events[0], events[1] = events[1], events[0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            _other_value,
            ["event 11", "computed by extrinsic 6, root_register; 12 expected, 12 computed",
             '"NeuronRegistered(NetUid(0), 0, 1004)"', '"NeuronRegistered(NetUid(0), 0, 1003)"',
             "SUBNET-ROOT-1"],
        ),
        (_one_less, ["event 11", "11 expected, 12 computed", "expected    absent"]),
        (
            _one_more,
            ["event 12", "13 expected, 12 computed", '"RootClaimed { coldkey: 8 }"',
             "rule        STAKE-CLAIM-1, STAKE-CLAIM-3"],
        ),
        (_swapped, ["event 0", '"RegistrationAllowed(NetUid(2), true)"']),
    ],
)  # fmt: skip
@pytest.mark.rule("CHAIN-EVENT-1")
def test_an_event_that_differs_is_named_by_block_place_and_both_texts(
    tmp_path: Path, edit: Callable[[list[str]], None], said: list[str]
) -> None:
    lines = _first_blocks(2)
    assert conform(written(tmp_path, lines)).exit_code == 0
    edit(lines[2]["events"])
    result = conform(written(tmp_path, lines))
    assert result.exit_code == 1
    assert [part for part in ("block 101", *said) if part not in result.output] == [], result.output


def test_a_continuous_run_ends_at_the_first_block_that_differs(tmp_path: Path) -> None:
    lines = trace_lines()
    _wrong_result(lines)
    report = tmp_path / "report.json"
    conform(written(tmp_path, lines), "--continuous", "--json", report)
    totals = json.loads(report.read_text())["totals"]
    assert totals == {"cases": 2, "passed": 0, "failed": 1, "unsupported": 0, "skipped": 1}


def test_a_block_with_a_call_that_is_not_modelled_is_unsupported_and_the_next_one_is_not(
    tmp_path: Path,
) -> None:
    lines = trace_lines()
    lines[2]["extrinsics"][1] = {"call": "mine", "signer": ALICE}
    report = tmp_path / "report.json"
    result = conform(written(tmp_path, lines), "--json", report)
    assert result.exit_code == 3
    totals = json.loads(report.read_text())["totals"]
    assert totals == {"cases": 2, "passed": 1, "failed": 0, "unsupported": 1, "skipped": 0}


def _wrong_digest(lines: list[Any]) -> None:
    lines[3]["digest"] = "0" * 64


def _wrong_argument(lines: list[Any]) -> None:
    lines[3]["extrinsics"][0]["value"] = -1


def _lost_block(lines: list[Any]) -> None:
    del lines[3]


def _lost_result(lines: list[Any]) -> None:
    del lines[2]["results"][0]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (_wrong_digest, "line 4: the digest is not that of the state after the block"),
        (_wrong_argument, "line 4: transfer_allow_death.value: must be in [0, 18446744073709551615], got -1"),
        (_lost_block, "the file ends after 1 of 2 blocks"),
        (_lost_result, "line 3: there must be one result for each extrinsic"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_trace_that_does_not_fit_is_bad_input(
    tmp_path: Path, edit: Callable[[list[Any]], None], reason: str, jobs: int
) -> None:
    lines = trace_lines()
    edit(lines)
    result = conform(written(tmp_path, lines), "--jobs", jobs)
    assert result.exit_code == 2
    assert reason in result.output


def test_an_item_is_left_out_only_where_the_trace_says_so_too(tmp_path: Path) -> None:
    lines = trace_lines()
    lines[2]["set"]["LargestLocked"] = 5
    assert conform(written(tmp_path, _with_digests(lines))).exit_code == 1
    lines[1]["genesis"]["core_exclude"] = ["LargestLocked"]
    assert conform(written(tmp_path, lines)).exit_code == 0


@pytest.mark.rule("CHAIN-BLOCK-3")
def test_a_block_answers_outcomes_and_events_and_moves_the_clock() -> None:
    state = State()
    state.accounts[numbered_account(ALICE)].free = 10_000
    state.issuance.of_balances = 10_000
    call = Extrinsic(
        "transfer_allow_death", numbered_account(ALICE), {"dest": numbered_account(BOB), "value": 4_000}
    )
    refused = Extrinsic("transfer_allow_death", ROOT, {"dest": numbered_account(BOB), "value": 1})
    result = apply_block(state, Block(5, bytes(32), extrinsics=(refused, call)))
    assert [outcome.name for outcome in result.outcomes] == ["BadOrigin", "Ok"]
    assert state.clock.block == 5
    assert state.accounts.peek(numbered_account(BOB)).free == 4_000
    assert state.events.take() == ()


@pytest.mark.rule("STATE-UPSTREAM-1")
def test_changed_entries_bring_a_dump_up_to_date() -> None:
    state = State()
    dump = StorageDump(export_state(state))
    reader = ChangedEntries(state)
    state.accounts[numbered_account(ALICE)].free = 5
    state.root_dividends[numbered_account(3), 7].claimable = None
    state.subnets[3].added = True
    state.accounts[numbered_account(BOB)].free = 9
    dump.apply(_changes(reader))
    assert dump.content() == export_state(state)
    state.accounts.remove(numbered_account(ALICE))
    dump.apply(_changes(reader))
    assert dump.content() == export_state(state)


def _changes(reader: ChangedEntries) -> dict[tuple[str, str], str | None]:
    return {
        (entry.item, compact(list(entry.key))): compact(entry.value) if entry.present else None
        for entry in reader.take()
    }


def test_changes_are_written_and_read_back() -> None:
    written = {"A": [[1, 2, {"x": 1}], [10, 1, 3]], "B": 4}
    changes = changes_of({"set": written, "removed": {"C": True, "D": [[1]]}})
    assert rows_of(changes) == {"set": written, "removed": {"C": True, "D": [[1]]}}


def test_the_parts_of_a_cut_trace_pass_as_the_whole_does(tmp_path: Path) -> None:
    source = written(tmp_path, trace_lines())
    split_trace([str(source), "1", str(tmp_path)])
    parts = sorted(tmp_path.glob("trace_part*.jsonl.gz"))
    second = [json.loads(line) for line in gzip.decompress(parts[1].read_bytes()).splitlines()]
    # The state at its start is what the first block left: by hand.
    assert second[1]["state"]["Balances::Account"] == [[ALICE, 599_999_999_000], [BOB, 400_000_001_000]]
    assert second[2] == trace_lines()[3]
    for path in parts:
        result = conform(path, "--continuous")
        assert result.exit_code == 0, result.output


def explain(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


def test_a_block_is_explained_call_by_call_with_results_storage_and_rules(tmp_path: Path) -> None:
    result = explain(written(tmp_path, trace_lines()), 8)
    assert result.exit_code == 0, result.output
    parts = [
        "block 8 of by_hand, author null",
        "block step\n  System::Number  7 -> 8",
        "CHAIN-BLOCK-1",
        # 1,000 rao go from the first account to the second: by hand.
        "call 0  transfer_allow_death by 1\n  dest = 2\n  value = 1000\n  -> Ok",
        "  Balances::Account [1]  600000000000 -> 599999999000\n"
        "  Balances::Account [2]  400000000000 -> 400000001000",
        "LEDGER-CALL-1",
        "call 1  transfer_allow_death by 1\n  dest = 2\n  value = 700000000000\n  -> Token::FundsUnavailable",
    ]
    positions = [result.output.find(part) for part in parts]
    assert -1 not in positions, result.output
    assert positions == sorted(positions)
    assert result.output.endswith("\nequal\n")


def test_events_and_the_elements_of_a_value_that_differ_are_explained() -> None:
    output = explain("trace_01", 111, "--stage", "block step").output + explain("trace_01", 297).output
    block = _first_blocks(297 - 100)[-1]
    assert block["number"] == 297
    assert block["events"]
    assert [text for text in block["events"] if f"  event  {text}\n" not in output] == []
    assert "  Lock [3,0,1003]  [locked_mass] 349833895 -> 349823043, [conviction] " in output


def test_a_wrong_result_is_marked_and_one_step_can_be_shown_alone(tmp_path: Path) -> None:
    lines = trace_lines()
    _wrong_result(lines)
    output = explain(written(tmp_path, lines), 8, "--stage", "call 1", "--stage", "call 7").output
    assert "-> Token::FundsUnavailable  <- differs, expected Token::Frozen" in output
    assert "first difference: block 8, result of extrinsic 1, transfer_allow_death" in output
    assert "no step 'call 7', there are block step, call 0, call 1" in output
    assert "call 0  transfer" not in output


def test_a_block_that_cannot_be_explained_exits_2_with_the_reason(tmp_path: Path) -> None:
    lines = trace_lines()
    lines[3]["extrinsics"][0]["call"] = "mine"
    path = written(tmp_path, lines)
    for arguments, said in (
        ((path, 77), "no block has '77' as number or in the id; the blocks are 8 to 9"),
        ((path, "chain.apply_block"), "2 blocks have 'chain.apply_block'"),
        ((path, 9), "block 9: the call mine is not modelled"),
        ((path, 8, "--backend", "optimized-cpu"), "whose steps only the reference shows"),
    ):
        result = explain(*arguments)
        assert result.exit_code == 2
        assert said in result.output
