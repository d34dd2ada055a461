"""Random stage models: every policy, unicode names, exits, unplaced stages, transitions, edits."""

from __future__ import annotations

from hypothesis import strategies as st

from custlife.stages import POLICIES, Citation, Requires, Stage, StageModel, Transition
from custlife.stages.text import fold

KEYS = tuple(f"s{number}" for number in range(12))
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
NAME = TEXT.filter(str.strip)
PROSE = st.text(st.one_of(st.sampled_from('\n\t"\\#|'), st.characters(exclude_categories=("Cc", "Cs"))), max_size=20)
LISTS = st.lists(NAME, max_size=2)
GAPS = st.sampled_from([None, "30 days", "1 month", "90 minutes", "P1Y"])
GUARDS = st.lists(
    st.one_of(NAME, st.builds(Requires, st.sampled_from(["event", "fact", "property"]), NAME)), max_size=2
)


@st.composite
def stages(draw, key: str, *, exit=None, rich=True) -> Stage:
    """A stage of this key; its label and aliases begin with the key, so that no two stages share a spelling."""
    if not rich:
        return Stage(key, draw(st.sampled_from(["", f"{key} Übung"])), aliases=[f"{key}/x"], exit=exit)
    label = draw(st.one_of(st.just(""), NAME.map(lambda text: f"{key}.{text}")))
    return Stage(
        key,
        label,
        about=draw(PROSE),
        phase=draw(st.sampled_from(["", "reach", "retain"])),
        needs=draw(LISTS),
        owners=draw(LISTS),
        aliases=[f"{key}/{text}" for text in draw(LISTS)],
        exit=exit,
        cited=draw(st.sampled_from([None, Citation(), Citation("S001", inferred=["needs"])])),
    )


@st.composite
def models(draw, *, policies=POLICIES, rich=False) -> StageModel:
    """A model of up to six stages on the path, two unplaced and four exits; a rich one says much about each."""
    keys = draw(st.permutations(KEYS))
    n_path, n_unplaced, n_exits = draw(st.integers(1, 6)), draw(st.integers(0, 2)), draw(st.integers(0, 4))
    path, unplaced = keys[:n_path], keys[n_path : n_path + n_unplaced]
    exits = keys[n_path + n_unplaced : n_path + n_unplaced + n_exits]
    everything = [*path, *unplaced, *exits]
    pairs = st.tuples(st.sampled_from([None, *everything]), st.sampled_from(everything))
    chosen = draw(st.lists(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=5, unique=True))
    policy = draw(st.sampled_from(policies))
    if policy == "declared":
        chosen = list(dict.fromkeys([*chosen, *zip([None, *everything], everything, strict=False)]))
    said = {}
    if rich:
        cited = st.sampled_from([None, Citation("book", notes=["n"], reconstructed=True)])
        said = {"title": draw(TEXT), "about": draw(PROSE), "cited": draw(cited)}
    return StageModel(
        draw(NAME) if rich else "m",
        [draw(stages(key, rich=rich)) for key in path],
        unplaced=[draw(stages(key, rich=rich)) for key in unplaced],
        exits=[draw(stages(key, exit=draw(st.sampled_from(["paused", "ended"])), rich=rich)) for key in exits],
        transitions=[draw(transitions(*pair, rich=rich)) for pair in chosen],
        policy=policy,
        customer_from=draw(st.sampled_from([None, *path])),
        version=draw(st.integers(1, 9)),
        **said,
    )


@st.composite
def transitions(draw, origin: str | None, target: str, *, rich=True) -> Transition:
    """A transition between two stages."""
    if not rich:
        guards = draw(st.sampled_from([(), ("ok",), (Requires("event", "signed"),)]))
        return Transition(origin, target, reason_required=draw(st.booleans()), guards=guards)
    return Transition(
        origin,
        target,
        action=draw(PROSE),
        max_gap=None if origin is None else draw(GAPS),
        reason_required=draw(st.booleans()),
        guards=draw(GUARDS),
    )


@st.composite
def edited(draw, model: StageModel, *, steps: int = 4) -> StageModel:
    """The model after some random edits that it allows."""
    for number in range(draw(st.integers(1, steps))):
        model = draw(_edited_once(model, f"n{number}x{model.version}"))
    return model


@st.composite
def _edited_once(draw, model: StageModel, fresh: str) -> StageModel:
    key = draw(st.sampled_from(model.codes))
    others = [code for code in model.codes if code != key]
    alone = len(model) == 1 and key in model.keys
    last_customer = model.customer_from == key and key == model.keys[-1]
    doing = draw(st.sampled_from(["rename", "insert", "remove", "split", "reorder"]))
    if doing == "rename":
        return model.rename(key, fresh)
    if doing == "split":
        into = [Stage(f"{fresh}{part}", exit=model[key].exit) for part in "ab"]
        return model.split(key, into=into, default=draw(st.sampled_from([None, f"{fresh}a", f"{fresh}b"])))
    if doing == "remove" and not alone and not last_customer and model.policy != "declared":
        into = draw(st.sampled_from([None, *(o for o in others if model.customer_from != key or o in model.keys)]))
        return model.remove(key, into=into)
    if doing == "reorder":
        mates = [o for o in others if _room(model, o) == _room(model, key)]
        return model.reorder(key, after=draw(st.sampled_from(mates))) if mates else model
    way_in = [Transition(key, fresh)] if model.policy == "declared" else []
    return model.insert(Stage(fresh, exit=model[key].exit), after=key, transitions=way_in)


def _room(model: StageModel, key: str) -> str:
    return "path" if key in model.keys else "exit" if model.is_exit(key) else "unplaced"


def spellings(stage: Stage) -> list[str]:
    """What a stage goes by."""
    return [text for text in (stage.key, stage.label, *stage.aliases) if fold(text)]
