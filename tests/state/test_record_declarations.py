"""Every field of every record against upstream's storage catalogue."""

import ast
import inspect
import json
import re
import sys
from pathlib import Path

import pytest

from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.record import is_absent
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import OptionalType
from taospec.reference.state.upstream_names import LEFT_OUT

CATALOGUE = json.loads((Path(__file__).parent / "facts" / "storage_catalogue.json").read_text())
DECLARED = {row["item"]: row for row in CATALOGUE["items"]}
KINDS = [table.kind for table in State().tables.values()]
FIELDS = [(kind, field) for kind in KINDS for field in kind.FIELDS if not field.is_mark]
MARKS = [field for kind in KINDS for field in kind.FIELDS if field.is_mark]
OTHER_PALLETS = {field.upstream for _, field in FIELDS if "::" in field.upstream}
ITERATION_KEYS = {"AlphaMapLastKey", "AlphaV2MapLastKey"}
KEY_LETTERS = {
    "u16": "Net",
    "AccountId": "Acct",
    "u64": "u64",
    "u32": "LeaseId",
    "RateLimitKey": "RateLimitKey<Acct>",
}
STORED_TYPES = {
    "Acct": "AccountId",
    "Tao": "u64",
    "Alpha": "u64",
    "BlockNumberFor<T>": "u32",
    "MechId": "u8",
    "LeaseId": "u32",
    "()": "()",
    "SubnetLeaseOf<T>": "LeaseTerms",
    "RecycleOrBurnEnum": "RecycleOrBurn",
    "Vec<Acct>": "Vec<AccountId>",
    "Vec<(u64, Acct)>": "Vec<(u64, AccountId)>",
    "(Vec<(u64, Acct)>, u64)": "(Vec<(u64, AccountId)>, u64)",
    "(BlockNumberFor<T>, T::Hash)": "(u32, H256)",
    "VecDeque<(H256, u64, u64, u64)>": "Vec<(H256, u64, u64, u64)>",
    "BTreeMap<Net, I96F32>": "I96F32",
    "Vec<Alpha>": "Vec<u64>",
}
BOUNDED_COMMITS = "Vec<(AccountId, u64, Vec<u8>, u64)>"


def stored_type(field):
    return field.type.content.name if isinstance(field.type, OptionalType) else field.type.name


@pytest.mark.rule("STATE-COMPLETE-1")
def test_every_storage_item_is_a_field_or_left_out_with_a_reason():
    kept = {field.upstream for _, field in FIELDS}
    known = set(DECLARED) | set(CATALOGUE["without_default"]) | OTHER_PALLETS | {"System::Number"}
    assert known - kept <= set(LEFT_OUT)
    assert set(LEFT_OUT) <= known
    assert not kept & set(LEFT_OUT)
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


@pytest.mark.rule("STATE-COMPLETE-1")
def test_every_item_of_the_traces_is_a_field_unless_it_is_outside_the_core_of_the_economy():
    kept = {field.upstream for _, field in FIELDS}
    assert set(CATALOGUE["in_traces"]) - kept <= set(CATALOGUE["core_exclude"])
    assert {"SubnetTAO", "AlphaV2", "Swap::SwapBalancer"} <= kept


def test_no_storage_item_is_kept_twice():
    items = [field.upstream for _, field in FIELDS]
    assert len(items) == len(set(items))


@pytest.mark.rule("STATE-RECORD-3")
def test_a_mark_is_of_an_item_that_another_field_keeps():
    assert {field.upstream for field in MARKS} == {"RootClaimed"}
    assert {field.upstream for field in MARKS} <= {field.upstream for _, field in FIELDS}


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=[field.upstream for _, field in FIELDS])
@pytest.mark.rule("STATE-RECORD-1")
def test_a_field_has_the_type_key_and_default_of_its_storage_item(kind, field):
    assert field.unit
    if field.upstream in OTHER_PALLETS | ITERATION_KEYS:
        return
    declared = DECLARED[field.upstream]
    value = declared["value"]
    expected = BOUNDED_COMMITS if value.startswith("VecDeque<( Acct") else STORED_TYPES.get(value, value)
    assert stored_type(field) == expected
    letters = [KEY_LETTERS[kind.KEY[part].name] for part in field.upstream_key]
    expected_letters = [
        letter.split(":")[1].strip().replace("NetIdx", "Net") for letter in split_keys(declared["keys"])
    ]
    assert [letter.replace("u16", "Net") for letter in expected_letters] == letters
    assert field.type.to_json(field.default) == dumped_default(field, declared["default"])


def split_keys(text):
    return [part for part in re.split(r",\s*(?=[IBX]:)", text) if part]


def dumped_default(field, text):
    """The catalogue's default in the JSON form of the field's type."""
    if isinstance(field.type, OptionalType):
        return None
    number = text.replace("_", "").split("(bits ")[-1].rstrip(")")
    if text in ("type default", "[]", "0.0", "None"):
        zeros = {"bool": False, "RootClaimTypeEnum": "Swap", "SafeFloat": {"mantissa": 0, "exponent": 0}}
        return zeros.get(field.type.name, [] if field.type.name.startswith("Vec") else 0)
    if text in ("true", "false"):
        return text == "true"
    if text == "zero account":
        return 0
    if text == "0.000003":
        return 12885  # 0.000003 * 2^32 = 12884.9, to the nearest
    if field.upstream == "RootClaimableThreshold":
        return int(number) << 32  # an integer as I96F32
    if field.upstream == "FlowNormExponent":
        return 1 << 64  # one as U64F64
    if text.startswith("("):
        return [int(part) for part in text.strip("()").split(",")]
    return int(number) if number.isdigit() else text


@pytest.mark.parametrize("kind", KINDS, ids=[kind.NAME for kind in KINDS])
@pytest.mark.rule("STATE-RECORD-2")
def test_a_new_record_is_absent(kind):
    assert is_absent(kind())


@pytest.mark.rule("STATE-RECORD-3")
def test_what_an_optional_field_reads_as_is_what_upstream_reads():
    optional = {field.upstream: field for _, field in FIELDS if field.default is None}
    shown = {
        item: field.type.content.to_json(field.reads_as)
        for item, field in optional.items()
        if field.reads_as is not None
    }
    assert shown == {
        "Alpha": 0,
        "AutoParentDelegationEnabled": True,
        "AutoStakeDestinationColdkeys": [],
        "ChildkeyTake": 0,
        "IsNetworkMember": False,
        "Delegates": 11796,
        "Owner": 0,
        "PendingChildKeys": [[], 0],
        "SubnetOwner": 0,
        "SubnetOwnerHotkey": 0,
        "TokenSymbol": "0x" + "\U0001d70f".encode().hex(),
        "TotalHotkeyShares": 0,
    }
    unread = {item for item, field in optional.items() if field.reads_as is None}
    catalogued = unread - ITERATION_KEYS - OTHER_PALLETS - {"RootClaimable"}
    assert all(DECLARED[item]["default"] == "None" for item in catalogued)


@pytest.mark.parametrize("module", sorted({kind.__module__ for kind in KINDS}))
def test_every_field_has_a_docstring(module):
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    for declaration in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        fields = [place for place, node in enumerate(declaration.body) if isinstance(node, ast.AnnAssign)]
        for place in fields:
            following = declaration.body[place + 1]
            assert isinstance(following, ast.Expr), declaration.body[place].target.id
            assert following.value.value.rstrip().endswith("."), declaration.body[place].target.id


def test_hyperparameters_are_numbered_as_upstream_numbers_them():
    assert list(Hyperparameter).index(Hyperparameter.MAX_ALLOWED_UIDS) == 25
    assert list(Hyperparameter).index(Hyperparameter.TRIGGER_EPOCH) == 31
    assert len(Hyperparameter) == 32
