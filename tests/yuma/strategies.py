"""Small epochs of every shape that well-formed storage can have."""

from __future__ import annotations

from hypothesis import strategies as st

from taospec.reference.yuma.records import EpochInput

U64_MAX = 2**64 - 1
BLOCK = 1_000_000


@st.composite
def epochs(
    draw: st.DrawFn, *, neurons: st.SearchStrategy[int] | None = None, equal_stakes: bool = False
) -> EpochInput:
    """An epoch of up to seven neurons.

    Blocks lie close together, so that every comparison of blocks goes either way; stakes
    are often equal and often far apart.
    """
    n = draw(neurons or st.integers(1, 7))
    stake = st.one_of(
        st.integers(0, 10).map(lambda tao: tao * 10**12), st.integers(0, 10**15), st.just(10**12)
    )
    blocks = st.integers(BLOCK - 200, BLOCK)
    u16 = st.one_of(st.integers(0, 65535), st.sampled_from((0, 1, 32767, 65535)))
    relatives = st.integers(0, n + 1)
    proportions = st.one_of(st.integers(0, U64_MAX // 4), st.just(U64_MAX // 2))

    def vector(element: st.SearchStrategy) -> tuple:
        return tuple(draw(st.lists(element, min_size=n, max_size=n)))

    def rows(density: float) -> tuple:
        return tuple(
            tuple((j, draw(u16)) for j in range(n) if draw(st.floats(0, 1)) < density) for _ in range(n)
        )

    def edges() -> tuple:
        uids = draw(st.sets(st.integers(0, n - 1), max_size=2)) if draw(st.booleans()) else ()
        return tuple(
            (uid, tuple(draw(st.lists(st.tuples(proportions, relatives), max_size=2))))
            for uid in sorted(uids)
        )

    commits = st.lists(st.tuples(st.integers(8, 12), blocks), max_size=2).map(tuple)
    timelocked = st.lists(st.tuples(st.integers(0, n), blocks), max_size=2).map(tuple)
    return EpochInput(
        n=n,
        block=BLOCK,
        tempo=draw(st.sampled_from((0, 50, 100, 360))),
        activity_cutoff_factor_milli=draw(st.sampled_from((0, 1000, 13889))),
        last_mechanism_step_block=draw(st.one_of(st.just(0), blocks)),
        last_update=vector(blocks),
        block_at_registration=vector(st.one_of(st.just(0), st.just(BLOCK - 150), blocks)),
        permits=vector(st.sampled_from((True, True, True, False))),
        max_allowed_validators=draw(st.integers(0, n + 1)),
        alpha=(10**12,) * n if equal_stakes else vector(stake),
        root_tao=(0,) * n if equal_stakes else vector(stake),
        tao_weight=draw(st.sampled_from((0, 3320413933267719290, U64_MAX))),
        stake_threshold=draw(st.sampled_from((0, 10**12, 10**12 + 1))),
        owner_uid=draw(st.one_of(st.none(), st.integers(0, n - 1))),
        kappa=draw(st.one_of(st.just(32767), u16)),
        bonds_penalty=draw(u16),
        bonds_moving_average=draw(st.one_of(st.just(900_000), st.integers(0, 1_000_000))),
        yuma3=draw(st.booleans()),
        liquid_alpha=draw(st.booleans()),
        alpha_low=draw(st.one_of(st.just(6554), u16)),
        alpha_high=draw(st.one_of(st.just(58982), u16)),
        alpha_sigmoid_steepness=draw(
            st.one_of(st.sampled_from((1000, -1000, 32767)), st.integers(-(2**15), 2**15 - 1))
        ),
        commit_reveal=draw(st.booleans()),
        reveal_period=draw(st.integers(0, 2)),
        subnet_epoch_index=10,
        last_epoch_block=draw(blocks),
        pending_epoch_at=draw(st.sampled_from((0, BLOCK, BLOCK + 1))),
        blocks_since_last_step=draw(st.sampled_from((0, 50_400, 50_401))),
        weight_commits=tuple((uid, draw(commits)) for uid in range(n) if draw(st.booleans())),
        timelocked_commits=tuple(
            (epoch, draw(timelocked)) for epoch in (8, 9, 10, 11) if draw(st.booleans())
        ),
        parents=edges(),
        children=edges(),
        outside=((n, 10**12, 10**13),),
        weights=rows(draw(st.sampled_from((0.4, 0.8, 1.0)))),
        bonds=rows(draw(st.sampled_from((0.0, 0.5, 1.0)))),
        rao_emission=draw(st.one_of(st.just(10**9), st.integers(0, 10**15))),
    )
