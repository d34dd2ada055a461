from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from custlife.customers import Customer, Move
from custlife.presets import SPINE
from custlife.stages import Stage, StageModel

PLACES = st.sampled_from(SPINE[:-1])
START = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def placed_models(draw, name="a"):
    """Small models whose stages stand anywhere on the spine, some nowhere, several at one place."""
    stages = [
        Stage(
            f"s{index}",
            phase=draw(st.one_of(st.just(""), PLACES, PLACES, PLACES)),
            also=draw(st.lists(PLACES, max_size=2, unique=True)),
        )
        for index in range(draw(st.integers(1, 5)))
    ]
    customer_from = draw(st.sampled_from([None, *(stage.key for stage in stages)]))
    return StageModel(name, stages, customer_from=customer_from)


@st.composite
def customers(draw, model):
    """Customers that wander about a model: ties, late records and repeats included."""
    moves = []
    for _ in range(draw(st.integers(0, 6))):
        at = START + timedelta(hours=draw(st.integers(0, 5)))
        late = draw(st.one_of(st.none(), st.integers(0, 4)))
        recorded_at = None if late is None else at + timedelta(hours=late)
        seq = draw(st.one_of(st.none(), st.integers(0, 3)))
        moves.append(Move(draw(st.sampled_from(model.codes)), at, recorded_at=recorded_at, seq=seq))
    return Customer("c", model, moves=moves)
