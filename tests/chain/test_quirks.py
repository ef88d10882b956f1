"""Every quirk is named with a rule, a warning and a committed vector whose values show it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taospec.conformance.quirk_cases import SCENES, quirk_cases
from taospec.conformance.rule_lookup import VECTORS, rules_for
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, numbered_account
from taospec.reference.subnets.root_registration import root_register
from taospec.reference.subnets.uids import append_neuron

SPEC = Path(__file__).parents[2] / "spec"
PAGE = (SPEC / "chain" / "quirks.md").read_text(encoding="utf-8")
PAGES = {path: path.read_text(encoding="utf-8") for path in sorted(SPEC.rglob("*.md"))}
ROWS = {row.split("|")[1].strip(): row for row in PAGE.splitlines() if row.startswith("| Q")}
CASE = re.compile(r"`([a-z_.]+/[0-9a-f]{16})`(†?)")
COIN = 10**9


@cache
def committed() -> Mapping[str, tuple[Mapping[str, Any], str]]:
    """The cases that the page names, each with who answered it."""
    named = {name for name, _ in CASE.findall(PAGE)}
    found: dict[str, tuple[Mapping[str, Any], str]] = {}
    for path in sorted(VECTORS.glob("*/*.jsonl.gz")):
        if path.name.startswith("trace_"):
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            provenance = json.loads(next(lines))["provenance"]
            for line in lines:
                name = line[7:].split('"', 1)[0]
                if name in named:
                    found[name] = json.loads(line), provenance
    return found


def cases_of(quirk: str) -> list[Mapping[str, Any]]:
    return [committed()[name][0] for name, _ in CASE.findall(ROWS[quirk])]


class Played:
    """A block's storage before and after, by item and keys; integers as such."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self.before = case["in"]["state"]
        self.value = case["out"]["value"]
        self.results = self.value["results"]

    def was(self, item: str, *keys: str, default: Any = 0) -> Any:
        return _entry(self.before.get(item), keys, default)

    def becomes(self, item: str, *keys: str, default: Any = 0) -> Any:
        absent = object()
        written = _entry(self.value["set"].get(item), keys, absent)
        if written is not absent:
            return written
        gone = self.value["removed"].get(item, [])
        return default if gone is True or list(keys) in gone else self.was(item, *keys, default=default)

    def grows(self, item: str, *keys: str) -> int:
        return int(self.becomes(item, *keys) - self.was(item, *keys))


def _entry(content: Any, keys: tuple[str, ...], default: Any) -> Any:
    if isinstance(content, list):
        content = next((row[-1] for row in content if row[:-1] == list(keys)), None)
    if content is None:
        return default
    return int(content) if isinstance(content, str) and content.lstrip("-").isdecimal() else content


def account(netuid: int) -> str:
    return "0x" + subnet_account(netuid).hex()


# The page.


def test_the_page_lists_all_quirks_in_order() -> None:
    assert list(ROWS) == [f"Q{number}" for number in range(1, 25)]


@pytest.mark.parametrize("quirk", ROWS)
def test_a_quirk_names_rules_a_warning_and_committed_vectors(quirk: str) -> None:
    rules = re.findall(r"\{rule\}`([A-Z0-9-]+)`", ROWS[quirk])
    assert rules
    for rule in rules:
        assert sum(f":::{{rule}} {rule}\n" in text for text in PAGES.values()) == 1, rule
    warning = f":::{{warning}}\n:name: quirk-{quirk.lower()}\n"
    assert f"[warning](#quirk-{quirk.lower()})" in ROWS[quirk]
    assert sum(text.count(warning) for text in PAGES.values()) == 1
    cases = CASE.findall(ROWS[quirk])
    assert cases
    for name, marked in cases:
        _, provenance = committed()[name]
        assert (provenance == "reference") == bool(marked), name


def test_the_committed_cases_are_those_of_the_reference() -> None:
    lines = read_vector_file(VECTORS / "chain" / "chain_quirks.jsonl.gz").lines
    assert [line.case() for line in lines] == list(quirk_cases())


def test_the_page_names_every_case_that_was_made_for_it() -> None:
    for (quirk, _), case in zip(SCENES, quirk_cases(), strict=True):
        assert f"`{case.id}`†" in ROWS[quirk]


@pytest.mark.parametrize("quirk", ROWS)
def test_a_difference_in_a_quirks_block_names_its_rules(quirk: str) -> None:
    rules = re.findall(r"\{rule\}`([A-Z0-9-]+)`", ROWS[quirk])
    for name, _ in CASE.findall(ROWS[quirk]):
        if name.startswith("chain."):
            assert rules_for("chain.apply_block", name, "results") == rules


# What the vectors show.


@pytest.mark.rule("SUPPLY-EMISSION-1")
def test_q1_the_report_of_the_blocks_emission_is_that_of_an_alpha() -> None:
    """1 TAO is minted; with 12,000,000 of 21,000,000 an alpha has halved once, to 0.5."""
    (played,) = map(Played, cases_of("Q1"))
    assert played.grows("TotalIssuance") == COIN - 1
    assert played.becomes("BlockEmission") == COIN // 2


@pytest.mark.rule("SUBNET-ACCESS-2", "CHAIN-BLOCK-2")
def test_q2_roots_window_is_closed_and_its_counter_starts_again() -> None:
    """Block 1,000 is far beyond root's first tempo of 100: its last epoch is block 0 for ever."""
    (played,) = map(Played, cases_of("Q2"))
    assert (played.was("Tempo", "0"), played.becomes("LastEpochBlock", "0")) == (100, 0)
    assert played.results == ["AdminActionProhibitedDuringWeightsWindow", "Ok"]
    assert played.was("RegistrationsThisInterval", "0") == 2
    assert played.becomes("RegistrationsThisInterval", "0") == 1  # that of this block


@pytest.mark.rule("CHAIN-GENESIS-2")
def test_q3_nobody_can_stake_on_root_and_root_cannot_allow_it() -> None:
    (played,) = map(Played, cases_of("Q3"))
    assert not played.was("SubtokenEnabled", "0", default=False)
    assert played.results == ["SubtokenDisabled", "AdminActionProhibitedDuringWeightsWindow"]


@pytest.mark.rule("EMISSION-PRICE-4")
def test_q4_a_moving_price_far_below_the_price_does_not_move() -> None:
    """The price is 0.00148 TAO, its average 0.000043; an averaged step would be below 2^-32."""
    (case,) = cases_of("Q4")
    before, after = case["in"], case["out"]["value"]
    assert int(before["moving_alpha_bits"]) == 12_885
    assert after["moving_price_bits"] == before["moving_price_bits"]
    assert int(after["price_bits"]) > 30 * (int(after["moving_price_bits"]) << 32)


@pytest.mark.rule("SUPPLY-ALPHA-3", "SUBNET-OPEN-6")
def test_q5_a_subnet_begins_with_more_than_21_million_alpha() -> None:
    """1,000 TAO at 0.00004 TAO each are 25 million."""
    (played,) = map(Played, cases_of("Q5"))
    assert played.results == ["Ok"]
    assert played.becomes("SubnetTAO", "3") == 1_000 * COIN
    assert played.becomes("SubnetAlphaIn", "3") // COIN == 25_000_000


@pytest.mark.rule("SUBNET-OPEN-6")
def test_q6_the_pool_counts_500_rao_that_no_account_holds() -> None:
    (played,) = map(Played, cases_of("Q6"))
    assert played.results == ["Ok"]
    assert played.was("Balances::Account", "2") == played.becomes("SubnetTAO", "3") == 100 * COIN
    assert played.becomes("Balances::Account", account(3)) == 100 * COIN - 500
    assert played.becomes("Balances::Account", "2") == 500


@pytest.mark.rule("SUBNET-REGISTER-1", "AMM-BOOK-3")
def test_q7_the_fee_of_a_registration_is_in_no_reserve() -> None:
    """A fee of 33/65535 of the burn: account and total stake grow by the burn, the reserve by the rest."""
    (played,) = map(Played, cases_of("Q7"))
    burn = -played.grows("Balances::Account", "1")
    fee = burn * 33 // 65_535
    assert fee > 0
    assert played.grows("Balances::Account", account(1)) == played.grows("TotalStake") == burn
    assert played.grows("SubnetTAO", "1") == burn - fee
    assert played.grows("Balances::Account", "50") == 0  # the block's author


@pytest.mark.rule("STAKE-LEDGER-3")
def test_q8_taking_too_much_stake_does_nothing() -> None:
    (case,) = cases_of("Q8")
    steps = list(zip(case["in"]["ops"], case["out"]["value"], case["out"]["value"][1:], strict=False))
    short = [
        before == after
        for (_, before, after), (name, *who) in zip(steps, case["in"]["ops"][1:], strict=False)
        if name == "dec" and 0 < int(dict(before["values"]).get(who[0], 0)) < int(who[1])
    ]
    assert short
    assert all(short)


@pytest.mark.rule("EMISSION-PARENT-3")
def test_q9_childkey_burn_leaves_the_issuance_and_is_paid() -> None:
    """A tenth of what parents get is burned; all that was pending is paid, but for quotients' last bits."""
    (case,) = cases_of("Q9")
    before, after = case["in"], case["out"]["value"]
    assert int(before["ck_burn"]) == (2**64 - 1) // 10
    assert int(before["alpha_out"]) - int(after["alpha_out"]) > 5_000_000
    pending, shares = int(before["pending_alpha"]), [int(amount) for _, amount in after["alpha"]]
    assert 0 <= pending - (sum(shares) >> 32) <= len(shares) * ((pending >> 32) + 1)


@pytest.mark.rule("AMM-SWAP-4")
def test_q10_alpha_at_a_millionth_of_a_tao_cannot_be_sold() -> None:
    (played,) = map(Played, cases_of("Q10"))
    assert played.was("SubnetTAO", "1") * 10**6 == played.was("SubnetAlphaIn", "1")
    assert played.results == ["InsufficientLiquidity", "PriceLimitExceeded"]
    assert "TotalHotkeyAlpha" not in played.value["set"]


@pytest.mark.rule("STAKE-CLAIM-1")
def test_q11_a_refused_sale_undoes_the_claims_on_other_subnets() -> None:
    both, first = cases_of("Q11")
    assert both["in"]["state"] == first["in"]["state"]
    assert [call["subnets"] for case in (both, first) for call in case["in"]["calls"]] == [["1", "2"], ["1"]]
    assert Played(both).results == ["PriceLimitExceeded"]
    assert "RootClaimed" not in Played(both).value["set"]
    assert Played(first).results == ["Ok"]
    assert Played(first).becomes("RootClaimed", "1", "101", "1") > 0


@pytest.mark.rule("SUBNET-UID-5", "SUBNET-ROOT-2")
def test_q12_a_registration_succeeds_without_a_uid() -> None:
    subnet, root = map(Played, cases_of("Q12"))
    assert subnet.results == root.results == ["Ok"]
    assert subnet.grows("Balances::Account", "1") < 0
    for played, netuid in ((subnet, "1"), (root, "0")):
        assert played.becomes("RegistrationsThisBlock", netuid) == 1
        changed = {*played.value["set"], *played.value["removed"]}
        assert not {"Uids", "Keys", "IsNetworkMember", "SubnetworkN"} & changed


@pytest.mark.rule("SUBNET-UID-5", "SUBNET-ROOT-2")
def test_q12_calls_alone_lead_to_it_on_root_whose_owner_is_the_zero_account() -> None:
    """A dump cannot show it: an owner that is the default account is left out there."""
    state, newcomer = State(), numbered_account(7)
    root = state.subnets[0]
    root.added, root.owner_hotkey = True, ZERO_ACCOUNT
    state.hyperparameters[0].max_allowed_uids = 1
    append_neuron(state, 0, ZERO_ACCOUNT)
    state.hotkey_stakes[newcomer, 0].total_alpha = 1
    root_register(state, numbered_account(1), newcomer)
    assert state.neurons.peek((0, 0)).hotkey == ZERO_ACCOUNT
    assert state.memberships.peek((0, newcomer)).uid is None


@pytest.mark.rule("SUBNET-ROOT-1")
def test_q13_alice_registers_bobs_hotkey_on_root() -> None:
    (case,) = cases_of("Q13")
    (call,), played = case["in"]["calls"], Played(case)
    assert (call["signer"], call["hotkey"], played.was("Owner", "102")) == ("1", "102", 2)
    assert played.results == ["Ok"]
    assert played.becomes("Keys", "0", "0") == 102


@pytest.mark.rule("EMISSION-INJECT-2")
def test_q14_tao_of_a_refused_purchase_is_issued_and_in_no_reserve() -> None:
    """419,093 rao were to buy the alpha of subnet 134; its pool did not change, yet they are spent."""
    (case,) = cases_of("Q14")
    before, after = case["in"], case["out"]["value"]
    offered = int(next(s["tao_emission_bits"] for s in before["subnets"] if s["netuid"] == 134)) >> 32
    was, becomes = (
        {subnet["netuid"]: int(subnet["tao_reserve"]) for subnet in subnets}
        for subnets in (before["subnets"], after["after"])
    )
    spent = int(before["credit"]) - (int(before["total_issuance"]) - int(after["total_issuance"]))
    assert offered == 419_093
    assert becomes[134] == was[134]
    assert spent - (sum(becomes.values()) - sum(was.values())) == offered


@pytest.mark.rule("STAKE-LIMIT-3")
def test_q15_a_move_gives_less_than_its_limit() -> None:
    (case,) = cases_of("Q15")
    (call,), played = case["in"]["calls"], Played(case)
    moved, got = int(call["alpha_amount"]), played.grows("TotalHotkeyAlpha", "101", "2")
    assert played.results == ["Ok"]
    assert -played.grows("TotalHotkeyAlpha", "101", "1") == moved
    assert got * COIN < moved * int(call["limit_price"])


@pytest.mark.rule("AMM-OUT-3")
def test_q16_a_purchase_pays_a_rao_more_than_the_exact_floor() -> None:
    """At equal weights and without a fee, d TAO for reserves of z and o pay o d / (z + d)."""
    (case,) = cases_of("Q16")
    (call,), played = case["in"]["calls"], Played(case)
    paid_in, reserve = int(call["amount_staked"]), played.was("SubnetAlphaIn", "1")
    exact, rest = divmod(reserve * paid_in, played.was("SubnetTAO", "1") + paid_in)
    assert rest > 0
    assert -played.grows("SubnetAlphaIn", "1") == exact + 1


@pytest.mark.rule("SUBNET-REMOVE-1")
def test_q17_a_subnet_inherits_what_the_last_one_of_its_netuid_left() -> None:
    (case,) = cases_of("Q17")
    played = Played(case)
    assert [call["call"] for call in case["in"]["calls"]] == ["root_dissolve_network", "register_network"]
    assert played.results == ["Ok", "Ok"]
    assert played.becomes("NetworkRegisteredAt", "1") == int(case["in"]["block"])
    kept = (
        "OwnerCutEnabled",
        "RecycleOrBurn",
        "MinAllowedUids",
        "MinNonImmuneUids",
        "RootClaimableThreshold",
    )
    for item in kept:
        assert played.was(item, "1", default=None) is not None
        assert played.becomes(item, "1", default=None) == played.was(item, "1", default=None), item


@pytest.mark.rule("YUMA-LIQUID-4")
def test_q18_a_bond_without_a_weight_vanishes_and_in_the_dense_twin_stays() -> None:
    epoch, sparse, dense = cases_of("Q18")
    assert epoch["in"]["liquid_alpha"]
    assert epoch["in"]["yuma3"]
    assert epoch["in"]["bonds"][4] == [[4, 63_329]]
    assert 4 not in dict(map(tuple, epoch["in"]["weights"][4]))
    assert epoch["out"]["bonds"][4]
    assert 4 not in dict(map(tuple, epoch["out"]["bonds"][4]))
    weights, bonds, rates = sparse["in"]["args"]
    assert int(dict(map(tuple, bonds[0]))[1]) > 0
    assert int(rates[0][1]) == 0
    assert 1 not in dict(map(tuple, weights[0]))
    assert 1 not in dict(map(tuple, sparse["out"]["value"][0]))
    weights, bonds, rates = dense["in"]["args"]
    assert (int(weights[2][1]), int(rates[2][1])) == (0, 0)
    assert int(dense["out"]["value"][2][1]) == int(bonds[2][1]) > 0


@pytest.mark.rule("SUPPLY-HALVING-2")
def test_q19_emission_ends_below_21_million() -> None:
    last, none = cases_of("Q19")
    assert (last["in"]["issuance"], last["out"]["value"]) == ("20999999980442225", "1")
    assert (none["in"]["issuance"], none["out"]["value"]) == ("20999999980442226", "0")


@pytest.mark.rule("EMISSION-SHARE-6")
def test_q20_a_subnet_whose_first_block_lies_ahead_emits() -> None:
    (case,) = cases_of("Q20")
    played = Played(case)
    assert played.was("FirstEmissionBlockNumber", "1") > int(case["in"]["block"])
    assert played.grows("SubnetTAO", "1") > 0
    assert played.becomes("PendingServerEmission", "1") > 0


@pytest.mark.rule("AMM-WEIGHT-2")
def test_q21_a_weight_between_one_and_ten_hundredths_is_allowed() -> None:
    allowed, refused = cases_of("Q21")
    assert 10**16 <= int(allowed["in"]["quote"]) < 10**17
    assert "value" in allowed["out"]
    assert int(refused["in"]["quote"]) == 10**16 - 1
    assert refused["error"] == "InvalidValue"


@pytest.mark.rule("EMISSION-FLOW-1")
def test_q22_a_flow_outlives_the_block_of_a_subnet_that_emits() -> None:
    (case,) = cases_of("Q22")
    played = Played(case)
    assert played.was("SubnetTaoFlow", "1") == played.becomes("SubnetTaoFlow", "1") == 5 * COIN
    assert played.becomes("SubnetTaoInEmission", "1") > 0
    assert "SubnetEmaTaoFlow" not in {**played.before, **played.value["set"]}


@pytest.mark.rule("EMISSION-DIVIDEND-3")
def test_q23_what_was_pending_for_validators_is_lost() -> None:
    distribution, coinbase = cases_of("Q23")
    assert int(distribution["in"]["pending_alpha"]) > 0
    assert any(int(dividend) for _, dividend in distribution["in"]["dividends"])
    assert not any(int(paid) for _, paid in distribution["out"]["value"]["alpha"])
    before, value = coinbase["in"]["state"], coinbase["out"]["value"]
    assert ["1"] in value["removed"]["PendingValidatorEmission"]
    assert before["PendingValidatorEmission"] == [["1", "31000000000"]]
    # Nothing is paid but the cut of 18 alpha and this block's 0.18.
    assert list(_paid(value)) == [18_179_995_422]


@pytest.mark.rule("SUBNET-HOTKEY-1", "STAKE-CLAIM-13")
def test_q24_a_hotkey_that_nobody_stakes_to_is_refused_for_a_coldkey_that_was_swapped() -> None:
    """Storage shows nothing of it: no rate, no stake and no claim of the hotkey 101 is in any dump."""
    (case,) = cases_of("Q24")
    played = Played(case)
    assert [call["call"] for call in case["in"]["calls"]] == ["swap_coldkey", "swap_hotkey", "swap_hotkey"]
    assert case["in"]["calls"][2]["new_hotkey"] == "101"
    assert played.results == ["Ok", "Ok", "NewHotKeyNotCleanForRootSwap"]
    assert played.was("TotalHotkeyAlpha", "101", "0") > 0
    assert played.becomes("TotalHotkeyAlpha", "101", "0") == 0
    assert not {"RootClaimed", "RootClaimable"} & {*played.before, *played.value["set"]}


def _paid(value: Mapping[str, Any]) -> Iterator[int]:
    for _, _, alpha in value["set"]["TotalHotkeyAlpha"]:
        yield int(alpha)
