"""Laws of the next action: who is told what depends on what fits, never on the order in which plays or signals come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custlife as cl
from custlife import playbook, presets, scoring
from custlife.errors import DataError, DefinitionError, UnknownNameError, UsageError, UsageTypeError
from custlife.playbook import Play, Playbook
from tests.scoring.made import AS_OF, MODEL, customers

RULES = ("red", "stuck", "late")


@attrs.frozen
class Call:
    """The least that a signal is."""

    rule: str
    customer: str = "acme"
    state: str = "open"
    why: str = "seen"
    owner: str = ""
    action: str = ""


calls = st.builds(
    Call,
    st.sampled_from(RULES),
    st.sampled_from(["acme", "bob"]),
    st.sampled_from(["opened", "open", "resolved"]),
    owner=st.sampled_from(["", "Ann"]),
    action=st.sampled_from(["", "look into it", "call"]),
)
conditions = st.sampled_from(
    [
        None,
        scoring.Condition(scoring.fact("plan"), one_of=["pro"]),
        scoring.Condition(scoring.fact("seats"), at_least=5),
    ]
)
KEYS = tuple(stage.key for stage in (*MODEL.stages, *MODEL.exits))


@st.composite
def books(draw):
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True))
    return Playbook(
        [
            Play(
                name,
                draw(st.sampled_from(["call", "write", "wait"])),
                stages=draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True)),
                signal=draw(st.sampled_from(["", *RULES])),
                when=draw(conditions),
                owner=draw(st.sampled_from(["", "Sales"])),
                channel=draw(st.sampled_from(["", "phone"])),
                priority=draw(st.integers(-1, 2)),
            )
            for name in names
        ]
    )


def held(customer, name):
    """The fact in force at AS_OF, by sorting all that was known."""
    known = [f for f in customer.facts if f.name == name and (f.recorded_at or f.at or AS_OF) <= AS_OF]
    known = [f for f in known if (f.at or AS_OF) <= AS_OF]
    oldest = datetime.min.replace(tzinfo=UTC)
    known.sort(key=lambda f: (f.at or oldest, f.recorded_at or f.at or oldest))
    return known[-1].value if known else None


def fits_plainly(play, customer, here, rules):
    if play.stages and here not in play.stages:
        return False
    if not play.stages and here is not None and MODEL[here].exit == "ended":
        return False
    if play.signal and play.signal not in rules:
        return False
    if play.when is None:
        return True
    value = held(customer, play.when.reads.of[0])
    if play.when.one_of:
        return value in play.when.one_of
    return value is not None and value >= play.when.at_least


class TestOneCustomer:
    @given(customers(), books(), st.lists(calls, max_size=5), st.randoms())
    def test_the_order_of_plays_and_signals_is_irrelevant(self, customer, book, seen, random):
        mixed, again = random.sample(book.plays, len(book.plays)), random.sample(seen, len(seen))
        one = playbook.next_action(customer, seen, as_of=AS_OF, plays=book)
        assert one == playbook.next_action(customer, again, as_of=AS_OF, plays=attrs.evolve(book, plays=mixed))

    @given(customers(), books(), st.lists(calls, max_size=5))
    def test_it_is_a_play_that_fits_and_none_that_fits_has_more_priority(self, customer, book, seen):
        here = customer.as_of(AS_OF, known_at=AS_OF).stage
        rules = {one.rule for one in seen if one.customer == "acme" and one.state != "resolved"}
        fitting = [play for play in book.plays if fits_plainly(play, customer, here, rules)]
        own = {one.rule for one in seen if one.rule in rules and one.customer == "acme" and one.action}
        found = playbook.next_action(customer, seen, as_of=AS_OF, plays=book)
        assert found.signals == tuple(sorted(rules))
        if found.play:
            assert found.play in {play.name for play in fitting}
            assert found.priority == max(play.priority for play in fitting)
            best = [play for play in fitting if play.priority == found.priority]
            assert bool(next(p.signal for p in best if p.name == found.play)) == any(play.signal for play in best)
        elif found.action:
            assert max((play.priority for play in fitting), default=-9) <= 0
            assert own
        else:
            assert not fitting
            assert found.reason

    @given(customers(), books())
    def test_what_happens_or_is_learnt_later_changes_nothing(self, customer, book):
        cut = customer.as_of(AS_OF, known_at=AS_OF)
        found = playbook.next_action(customer, as_of=AS_OF, plays=book)
        assert found == playbook.next_action(cut, as_of=AS_OF, plays=book)

    def test_a_signal_that_no_play_answers_brings_its_own_action(self):
        found = playbook.next_action(ada(), [Call("stuck", "ada", action="call them")], as_of=AS_OF)
        assert (found.action, found.play, found.why) == (
            "call them", "", "stuck: seen; in Intent for 83 days; next: Conversion",
        )  # fmt: skip
        assert found.others == ("offer: free trial, case studies, webinars",)

    def test_a_play_takes_the_place_of_the_action_of_the_signal_that_it_answers(self):
        book = Playbook([Play("rescue", "send the manager", signal="stuck")])
        found = playbook.next_action(ada(), [Call("stuck", "ada", action="call")], as_of=AS_OF, plays=book)
        assert (found.action, found.others) == ("send the manager", ())

    def test_a_special_play_comes_before_a_general_one(self):
        pro = scoring.Condition(scoring.fact("plan"), one_of=["pro"])
        any_one, here = Play("a", "any"), Play("b", "here", stages=["Intent"])
        ifs, called = Play("c", "if", when=pro), Play("d", "signal", signal="red")
        customer = ada().fact("plan", "pro", at="2026-01-05T09:00Z")
        book = Playbook([any_one, here, ifs, called])
        found = playbook.next_action(customer, [Call("red", "ada")], as_of=AS_OF, plays=book)
        assert (found.action, *found.others) == ("signal", "if", "here", "any")

    @pytest.mark.parametrize(
        ("play", "fact", "call", "expected"),
        [
            ("Legal", "Mia", "Ann", ("Legal", "play")),
            ("", "Mia", "Ann", ("Mia", "manager")),
            ("", " ", "Ann", ("Ann", "signal")),
            ("", None, "", ("Sales, Marketing", "stage")),
        ],
    )
    def test_the_owner_is_that_of_the_play_else_the_manager_else_of_the_signal_else_the_team(
        self, play, fact, call, expected
    ):
        book = Playbook([Play("p", "call", signal="red", owner=play)])
        customer = ada() if fact is None else ada().fact("manager", fact, at="2026-01-05T09:00Z")
        found = playbook.next_action(customer, [Call("red", "ada", owner=call)], as_of=AS_OF, plays=book)
        assert (found.owner, found.owner_from) == expected

    def test_the_manager_may_have_another_name_and_come_from_another_system(self):
        book = attrs.evolve(playbook.plays(MODEL), manager="rep")
        found = playbook.next_action(ada(), as_of=AS_OF, plays=book, facts={"rep": "Zoe"})
        assert (found.owner, found.channels) == ("Zoe", ("trial", "webinar", "first direct contact by Sales"))

    def test_who_left_for_good_or_is_nowhere_yet_has_nothing_to_do_and_a_reason(self):
        model = cl.StageModel("m", [cl.Stage("a", content=["x"])], exits=[cl.Stage("gone", exit="ended")])
        gone = cl.Customer("gus", model, moves=[("a", "2026-01-05T09:00Z"), ("gone", "2026-01-06T09:00Z")])
        assert str(playbook.next_action(gone, as_of=AS_OF)) == "gus, in 'gone': nothing to do, as Gone is final"
        new = cl.Customer("new", model)
        assert playbook.next_action(new, as_of=AS_OF).reason == "as they are in no stage yet"
        anywhere = Playbook([Play("p", "write")])
        assert playbook.next_action(gone, as_of=AS_OF, plays=anywhere).action == ""
        assert playbook.next_action(new, as_of=AS_OF, plays=anywhere).action == "write"
        lapsed = ada().move("lapsed", at="2026-01-09T09:00Z")
        assert playbook.next_action(lapsed, as_of=AS_OF, plays=anywhere).action == "write"
        named = Playbook([Play("p", "ask why", stages=["gone"])])
        assert playbook.next_action(gone, as_of=AS_OF, plays=named).action == "ask why"

    def test_a_stage_without_words_and_owner_says_so(self):
        model = cl.StageModel("m", ["a", cl.Stage("b", needs=["proof"])], exits=[])
        found = playbook.next_action(cl.Customer("x", model).move("a", at="2026-01-05T09:00Z"), as_of=AS_OF)
        assert (found.action, found.reason, found.owner) == ("", "as no play fits in A", "")
        there = playbook.next_action(cl.Customer("x", model).move("b", at="2026-01-05T09:00Z"), as_of=AS_OF)
        assert (there.action, there.owner_from) == ("help them: proof", "")
        assert "who: nobody is named" in str(there)
        assert there.to_dict()["as_of"] == "2026-03-29T01:30:00+00:00"

    def test_words_say_what_is_done_before_what_is_shown(self):
        stages = [
            cl.Stage("a", process=["call", "write"], content=["x"]), cl.Stage("b", touchpoints=["shop"], needs=["y"]),
        ]  # fmt: skip
        model = cl.StageModel("m", stages, exits=[cl.Stage("out", exit="paused", content=["win-back"])])
        told = [(play.name, play.action) for play in playbook.plays(model).plays]
        assert told == [("a", "call; write"), ("b", "meet at: shop"), ("out", "offer: win-back")]


def ada():
    return cl.Customer("ada", MODEL, moves=[("intent", "2026-01-05T09:00Z")])


class TestMany:
    @given(st.lists(st.integers(0, 3), max_size=5).flatmap(lambda n: st.tuples(*[customers(f"c{i}") for i, _ in enumerate(n)])),
           books(), st.lists(calls, max_size=4))  # fmt: skip
    def test_everybody_stands_in_one_place_and_as_one_by_one(self, many, book, seen):
        seen = [attrs.evolve(one, customer="c0") for one in seen]
        found = playbook.next_actions(many, seen, as_of=AS_OF, plays=book)
        each = {one.id: playbook.next_action(one, seen, as_of=AS_OF, plays=book) for one in many}
        assert {one.customer: one for one in (*found.rows, *found.idle)} == each
        assert len(found.rows) + len(found.idle) == len(many)
        assert all(one.action for one in found)
        keys = [(-one.priority, -len(one.signals), -(one.days_in_stage or 0), one.customer) for one in found]
        assert keys == sorted(keys)
        assert [row["rank"] for row in found.to_dicts()] == list(range(1, len(found) + 1))

    def test_a_log_has_a_moment_of_its_own_and_the_limit_cuts_the_end(self):
        rows = [(f"c{day}", "intent", f"2026-01-{day:02}T09:00Z") for day in range(1, 6)]
        log = cl.StageLog.from_rows(rows, MODEL, as_of="2026-02-01T00:00Z")
        found = playbook.next_actions(log, [Call("red", "c4", action="call"), Call("red", "zed")], limit=2)
        assert [(one.customer, one.action) for one in found] == [
            ("c4", "call"), ("c1", "offer: free trial, case studies, webinars"),
        ]  # fmt: skip
        assert (found.total, found.unknown, found.as_of) == (5, ("zed",), log.as_of)
        assert "for 2 of 5" in str(found)
        assert "1 named by signals or facts are not among them." in str(found)
        assert list(found.to_dicts()[0]) == list(found.column_types())
        assert (len(found), repr(found)) == (2, "<NextActions for 2>")
        assert "<table" in found._repr_html_()

    def test_priority_goes_before_signals_and_signals_before_time(self):
        moves = [("intent", "2026-01-05T09:00Z")]
        many = [cl.Customer(name, MODEL, moves=moves) for name in ("long", "rung", "vip")]
        many[1] = cl.Customer("rung", MODEL, moves=[("intent", "2026-02-05T09:00Z")])
        vip = scoring.Condition(scoring.fact("vip"), one_of=[True])
        book = Playbook([Play("all", "write"), Play("first", "call", when=vip, priority=1)])
        facts = {"vip": {"vip": True}}
        found = playbook.next_actions(many, [Call("red", "rung")], as_of=AS_OF, plays=book, facts=facts)
        assert [one.customer for one in found] == ["vip", "rung", "long"]

    def test_real_episodes_are_signals(self):
        from custlife import signals

        log = cl.StageLog.from_rows([("ada", "intent", "2026-01-05T09:00Z")], MODEL, as_of="2026-03-01T00:00Z")
        watched = signals.watch(signals.Rule("stuck", signals.Stuck("intent", after="30 days")), log)
        found = playbook.next_actions(log, watched.episodes)
        assert found.rows[0].signals == ("stuck",)
        assert found.rows[0].play == ""


class TestDocuments:
    @given(books())
    def test_nothing_changes_through_toml_and_json(self, book):
        assert Playbook.from_toml(book.to_toml()) == book == Playbook.from_json(book.to_json())

    @pytest.mark.parametrize("name", presets.names())
    def test_the_words_of_every_preset_make_plays_for_each_stage(self, name, tmp_path):
        model = presets.get(name)
        book = playbook.plays(model)
        assert {key for play in book.plays for key in play.stages} >= set(model.keys)
        (tmp_path / "book.toml").write_text(attrs.evolve(book, manager="rep", tz="Europe/Zurich").to_toml(), "utf-8")
        again = Playbook.from_file(tmp_path / "book.toml")
        assert (again.plays, again.manager, again.tz) == (book.plays, "rep", "Europe/Zurich")

    def test_all_faults_are_found_at_once(self):
        plays = [{"action": "call", "stage": "a"}, {"name": "x", "action": " ", "priority": 1.5}]
        with pytest.raises(DataError) as caught:
            Playbook.from_dict({"format": "custlife.playbook/1", "plays": plays, "owner": "me"})
        assert str(caught.value) == (
            "playbook cannot be read\n"
            "  plays[0].name: the key is missing\n"
            "  plays[0].stage: unknown key 'stage'; did you mean 'stages'? There are: 'name', 'action', 'stages', 'signal', "
            "'when', 'owner', 'channel', 'priority'\n"
            "  plays[1].priority: 1.5 is not a whole number\n"
            "  owner: unknown key 'owner'; there are: 'format', 'name', 'manager', 'tz', 'plays'"
        )
        with pytest.raises(DataError, match="plays: the key is missing"):
            Playbook.from_dict({"format": "custlife.playbook/1"})
        twice = [{"name": "x", "action": "call"}] * 2
        with pytest.raises(DataError, match="two of them are called 'x'"):
            Playbook.from_dict({"format": "custlife.playbook/1", "plays": twice})


class TestErrors:
    def test_likely_mistakes_are_named(self):
        with pytest.raises(DefinitionError, match=r"^play 'x' has no action\n\nHint: say what to do: action='call"):
            Play("x", " ")
        with pytest.raises(UsageTypeError, match=r"priority=True is no whole number"):
            Play("x", "call", priority=True)
        with pytest.raises(UsageTypeError, match=r"^play 'x': when='pro' is no condition"):
            Play("x", "call", when="pro")
        with pytest.raises(UsageTypeError, match=r"^stages=\[''\] are no names of stages"):
            Play("x", "call", stages=[""])
        with pytest.raises(UsageTypeError, match=r"^owner=7 is not a text"):
            Play("x", "call", owner=7)
        with pytest.raises(UnknownNameError, match="did you mean 'intent'"):
            playbook.next_action(ada(), as_of=AS_OF, plays=Playbook([Play("x", "call", stages="intnt")]))
        with pytest.raises(UsageTypeError, match=r"signals\[0\]='red' is no signal"):
            playbook.next_action(ada(), ["red"], as_of=AS_OF)
        with pytest.raises(UsageTypeError, match=r"^signals=Call\(rule='red'.* is not a list"):
            playbook.next_action(ada(), Call("red"), as_of=AS_OF)
        with pytest.raises(UsageTypeError, match=r"^plays=Play\(.* is not a list"):
            Playbook(Play("x", "call"))
        with pytest.raises(UsageTypeError, match=r"^facts=\[\('seats', 3\)\] do not say whose they are"):
            playbook.next_actions([ada()], as_of=AS_OF, facts=[("seats", 3)])
        with pytest.raises(UsageTypeError, match=r"is not a Customer\n\nHint: for many: playbook.next_actions"):
            playbook.next_action([ada()], as_of=AS_OF)
        with pytest.raises(UsageTypeError, match=r"^play\[0\]='call' is not a Play\n\nHint: make one with play"):
            Playbook(["call"])
        with pytest.raises(UsageTypeError, match=r"^plays='saas' is not a Playbook"):
            playbook.next_action(ada(), as_of=AS_OF, plays="saas")
        with pytest.raises(UsageError, match=r"^limit=0 is no number of customers"):
            playbook.next_actions([ada()], as_of=AS_OF, limit=0)
        with pytest.raises(DefinitionError, match=r"^no stage of model 'm' says what is done or shown there"):
            playbook.plays(cl.StageModel("m", ["a"], exits=[]))

    def test_a_later_play_of_one_name_takes_the_place_of_the_earlier(self):
        book = Playbook([Play("x", "call"), Play("y", "wait")]).plus(Play("x", "write"), Play("z", "sing"))
        assert [(play.name, play.action) for play in book.plays] == [("x", "write"), ("y", "wait"), ("z", "sing")]

    def test_days_in_stage_are_exact(self):
        found = playbook.next_action(ada(), as_of=datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(hours=36))
        assert found.days_in_stage == 1.5
