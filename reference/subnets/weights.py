"""Setting weights: what is checked, what is stored, and who may.

Source: ``pallets/subtensor/src/subnets/weights.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from taospec.reference.fixed_point import I64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, require
from taospec.reference.state.errors import DispatchError, ProtocolError, SubtensorError
from taospec.reference.state.neuron import MECHANISM_STRIDE, storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.uids import note_update
from taospec.reference.yuma.proportions import max_upscale_u16_to_u16
from taospec.reference.yuma.stake import inherited_stake, stake_weight, tao_weight

MAIN_MECHANISM = 0
"""The mechanism that calls without one mean."""


@implements("SUBNET-WEIGHTS-1")
def set_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    uids: Sequence[int],
    weights: Sequence[int],
    version_key: int,
) -> None:
    """Set the weights of a neuron in the first mechanism, in the open.

    Raises in this order:
        CommitRevealEnabled: the subnet wants weights to be committed first.
        what :func:`store_weights` raises.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:86``.
    """
    set_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, uids, weights, version_key)


@implements("SUBNET-WEIGHTS-1")
def set_mechanism_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    uids: Sequence[int],
    weights: Sequence[int],
    version_key: int,
) -> None:
    """Set the weights of a neuron in one mechanism, in the open.

    Raises in this order:
        CommitRevealEnabled: the subnet wants weights to be committed first.
        what :func:`store_weights` raises.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:165``.
    """
    hidden = state.hyperparameters.peek(netuid).commit_reveal
    require(not hidden, SubtensorError.CommitRevealEnabled)
    store_weights(state, hotkey, netuid, mechanism, uids, weights, version_key)


@implements("SUBNET-WEIGHTS-2")
def batch_set_weights(
    state: State,
    hotkey: AccountId,
    netuids: Sequence[int],
    weights: Sequence[Sequence[tuple[int, int]]],
    version_keys: Sequence[int],
) -> None:
    """Set weights on several subnets; what one refuses does not stop the others.

    Raises:
        InputLengthsUnequal: the lists are not equally long.

    Source: ``weights.rs:1029``.
    """
    require(len(netuids) == len(weights) == len(version_keys), SubtensorError.InputLengthsUnequal)

    def set_row(place: int) -> None:
        uids, values = [uid for uid, _ in weights[place]], [value for _, value in weights[place]]
        set_weights(state, hotkey, netuids[place], uids, values, version_keys[place])

    complete_batch(state, hotkey, netuids, set_row)


@implements("SUBNET-WEIGHTS-2")
def complete_batch(
    state: State, hotkey: AccountId, netuids: Sequence[int], attempt: Callable[[int], None]
) -> None:
    """Attempt every place of a batch, then report the failures and that the batch is done.

    Source: ``weights.rs:1066``.
    """
    failures: list[tuple[int, ProtocolError]] = []
    for place, netuid in enumerate(netuids):
        try:
            attempt(place)
        except DispatchError as refused:
            failures.append((netuid, refused.error))
    if failures:
        state.events.deposit("BatchCompletedWithErrors")
    for netuid, error in failures:
        state.events.deposit("BatchWeightItemFailed", netuid=netuid, error=error)
    state.events.deposit("BatchWeightsCompleted", netuids=tuple(netuids), hotkey=hotkey)


@implements("SUBNET-WEIGHTS-3")
def store_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    uids: Sequence[int],
    weights: Sequence[int],
    version_key: int,
) -> None:
    """Check a row of weights and store it, scaled so that its largest is 65535.

    Without commit-reveal the neuron's last update becomes this block; with it, it stays.

    Raises in this order:
        CanNotSetRootNetworkWeights: the subnet is root.
        WeightVecNotEqualSize: not as many weights as uids.
        MechanismDoesNotExist: no such subnet, or no such mechanism in it.
        UidsLengthExceedUidsInSubNet: more weights than neurons.
        HotKeyNotRegisteredInSubNet: the hotkey has no uid.
        NotEnoughStakeToSetWeights: its stake weight is below the threshold.
        IncorrectWeightVersionKey: the version is too old.
        SettingWeightsTooFast: too soon after its last update; only without commit-reveal.
        NeuronNoValidatorPermit: it has no permit.
        DuplicateUids: a uid is named twice.
        UidVecContainInvalidOne: a uid does not exist.
        WeightVecLengthIsLow: too few weights.

    Source: ``weights.rs:748``.
    """
    require(netuid != ROOT, SubtensorError.CanNotSetRootNetworkWeights)
    require(len(uids) == len(weights), SubtensorError.WeightVecNotEqualSize)
    require_mechanism(state, netuid, mechanism)
    neurons = state.subnets.peek(netuid).neurons
    require(len(uids) <= neurons, SubtensorError.UidsLengthExceedUidsInSubNet)
    uid = require_uid(state, netuid, hotkey)
    require(has_stake_for_weights(state, netuid, hotkey), SubtensorError.NotEnoughStakeToSetWeights)
    parameters = state.hyperparameters.peek(netuid)
    recent = _is_recent_version(version_key, parameters.weights_version_key)
    require(recent, SubtensorError.IncorrectWeightVersionKey)
    index = storage_index(netuid, mechanism)
    in_time = parameters.commit_reveal or may_update_now(state, index, uid)
    require(in_time, SubtensorError.SettingWeightsTooFast)
    require(_may_weigh(state, netuid, uid, uids), SubtensorError.NeuronNoValidatorPermit)
    require(len(set(uids)) == len(uids), SubtensorError.DuplicateUids)
    require(all(each < neurons for each in uids), SubtensorError.UidVecContainInvalidOne)
    enough = len(uids) >= min(neurons, parameters.min_allowed_weights)
    require(_is_self_weight(uid, uids) or enough, SubtensorError.WeightVecLengthIsLow)
    state.matrix_rows[index, uid].weights = tuple(zip(uids, max_upscale_u16_to_u16(weights), strict=True))
    if not parameters.commit_reveal:
        note_update(state, netuid, mechanism, uid)
    state.events.deposit("WeightsSet", index=index, uid=uid)


def require_mechanism(state: State, netuid: int, mechanism: int) -> None:
    """Refuse with MechanismDoesNotExist unless the subnet and its mechanism exist.

    Source: ``pallets/subtensor/src/subnets/mechanism.rs:83``.
    """
    require(_mechanism_exists(state, netuid, mechanism), SubtensorError.MechanismDoesNotExist)


def _mechanism_exists(state: State, netuid: int, mechanism: int) -> bool:
    return state.subnets.peek(netuid).added and mechanism < state.hyperparameters.peek(netuid).mechanism_count


def require_uid(state: State, netuid: int, hotkey: AccountId) -> int:
    """The hotkey's uid; without one, HotKeyNotRegisteredInSubNet."""
    uid = state.memberships.peek((netuid, hotkey)).uid
    if uid is None:
        raise DispatchError(SubtensorError.HotKeyNotRegisteredInSubNet)
    return uid


@implements("SUBNET-WEIGHTS-4")
def has_stake_for_weights(state: State, netuid: int, hotkey: AccountId) -> bool:
    """Whether the hotkey's stake weight reaches the threshold; the owner's hotkey needs none.

    Source: ``pallets/subtensor/src/lib.rs:2752``.
    """
    if _is_owner_uid(state, netuid, state.memberships.peek((netuid, hotkey)).uid):
        return True
    relatives = state.childkeys.peek((hotkey, netuid))
    known = [hotkey, *(relative for _, relative in (*relatives.parents, *relatives.children))]
    number = {each: place for place, each in enumerate(dict.fromkeys(known))}
    parents = tuple((proportion, number[parent]) for proportion, parent in relatives.parents)
    children = tuple((proportion, number[child]) for proportion, child in relatives.children)
    alpha, root_tao = (
        inherited_stake(0, _stakes(state, number, of), parents, children) for of in (netuid, ROOT)
    )
    weight = tao_weight(state.parameters.tao_weight)
    total = stake_weight(alpha, root_tao, I64F64.saturating_from_num(weight))
    return total.saturating_to_num(U64) >= state.parameters.stake_threshold


def _stakes(state: State, number: dict[AccountId, int], netuid: int) -> dict[int, int]:
    return {place: state.hotkey_stakes.peek((hotkey, netuid)).total_alpha for hotkey, place in number.items()}


def _is_owner_uid(state: State, netuid: int, uid: int | None) -> bool:
    owner_hotkey = state.subnets.peek(netuid).owner_hotkey
    return (
        uid is not None
        and owner_hotkey is not None
        and state.memberships.peek((netuid, owner_hotkey)).uid == uid
    )


def _is_recent_version(version_key: int, required: int) -> bool:
    """Whether weights of this version are accepted; if none is required, all are.

    Source: ``weights.rs:1094``.
    """
    return required == 0 or version_key >= required


@implements("SUBNET-WEIGHTS-5")
def may_update_now(state: State, index: int, uid: int) -> bool:
    """Whether the rate limit lets a neuron set or commit weights under a storage index.

    Source: ``weights.rs:1104``.
    """
    netuid, mechanism = index % MECHANISM_STRIDE, index // MECHANISM_STRIDE
    if not _mechanism_exists(state, netuid, mechanism) or uid >= state.subnets.peek(netuid).neurons:
        return False
    updates = state.mechanisms.peek(index).last_update
    last = updates[uid] if uid < len(updates) else 0
    limit = state.hyperparameters.peek(netuid).weights_set_rate_limit
    return last == 0 or max(state.clock.block - last, 0) >= limit


@implements("SUBNET-WEIGHTS-6")
def _may_weigh(state: State, netuid: int, uid: int, uids: Sequence[int]) -> bool:
    """Whether the neuron may set this row: a weight for itself alone, as the owner, or with a permit.

    Source: ``weights.rs:1157``.
    """
    if _is_self_weight(uid, uids) or _is_owner_uid(state, netuid, uid):
        return True
    permits = state.metagraphs.peek(netuid).validator_permit
    return uid < len(permits) and permits[uid]


def _is_self_weight(uid: int, uids: Sequence[int]) -> bool:
    """Whether the row is one weight, for the neuron itself.

    Source: ``weights.rs:1229``.
    """
    return list(uids) == [uid]


def require_stake_for_weights(state: State, netuids: Iterable[int], hotkey: AccountId) -> None:
    """Refuse with NotEnoughStakeToSetWeights where the hotkey lacks the stake."""
    for netuid in netuids:
        require(has_stake_for_weights(state, netuid, hotkey), SubtensorError.NotEnoughStakeToSetWeights)
