"""The public face: what it names, what it loads, and that everything it hands out is a value."""

from __future__ import annotations

import ast
import copy
import enum
import importlib
import os
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Hashable, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import attrs
import pytest

import custlife
import custlife as cl
from tests import recipes, values

FACE = Path(custlife.__file__)
ROOMS = sorted(
    found.name
    for found in pkgutil.walk_packages(custlife.__path__, "custlife.")
    if not any(part.startswith("_") for part in found.name.split("."))
)
AT_HAND = frozenset(f"custlife.engines.sources{room}" for room in ("", ".asked", ".held", ".source"))
BY_NUMPY = {
    room
    for room in ROOMS
    if room.startswith(("custlife.engines.arrays", "custlife.engines.sources", "custlife.stats.arrays"))
    and room not in AT_HAND
}
"""Rooms that others load when they need them."""
FLOORS = (
    "custlife.calendar", "custlife.customers", "custlife.demo", "custlife.documents", "custlife.errors",
    "custlife.metrics", "custlife.pictures", "custlife.playbook", "custlife.presets", "custlife.reporting",
    "custlife.scoring", "custlife.signals", "custlife.simulate", "custlife.stages", "custlife.stats",
)  # fmt: skip
ANSWERS = tuple(room for room in ROOMS if room.startswith("custlife.analysis."))
PLAIN = (str, int, float, bool, bytes, tuple, frozenset, dict, list, set)


def named(module: ModuleType) -> dict[str, object]:
    return {name: getattr(module, name) for name in module.__all__}


def in_a_fresh_process(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=True, capture_output=True, text=True, env={**os.environ, **env}, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    return done.stdout


class TestNames:
    def test_the_face_names_what_it_has_in_order(self) -> None:
        assert list(custlife.__all__) == sorted(custlife.__all__)
        assert len(custlife.__all__) == len(set(custlife.__all__))
        assert sorted(dir(custlife)) == sorted([*custlife.__all__, "__version__"])

    @pytest.mark.parametrize("name", custlife.__all__)
    def test_every_name_of_the_face_resolves_and_is_documented(self, name: str) -> None:
        assert documented(getattr(custlife, name)), name

    def test_the_table_of_homes_says_what_type_checkers_read(self) -> None:
        tree = ast.parse(FACE.read_text("utf-8"))
        guard = next(node for node in tree.body if isinstance(node, ast.If))
        read = {
            (node.module, alias.name) for node in guard.body if isinstance(node, ast.ImportFrom) for alias in node.names
        }
        told = {(home, name) for home, names in custlife._HOMES.items() for name in names}
        told |= {("custlife", name) for name in custlife._MODULES}
        assert read == told
        assert sorted(name for _, name in told) == list(custlife.__all__)

    def test_a_star_import_brings_them_all(self) -> None:
        found: dict[str, object] = {}
        exec("from custlife import *", found)  # a star import is legal at the top of a module only
        assert set(custlife.__all__) <= set(found)

    def test_an_unknown_name_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match=r"^module 'custlife' has no attribute 'Funel'$"):
            custlife.Funel  # noqa: B018  # reading it is the test

    @pytest.mark.parametrize("room", ROOMS)
    def test_every_room_has_a_docstring_and_every_name_it_lists(self, room: str) -> None:
        module = importlib.import_module(room)
        assert (module.__doc__ or "").strip(), room
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{room}.{name}"

    @pytest.mark.parametrize("room", [*FLOORS, *ANSWERS])
    def test_every_public_name_of_a_floor_is_documented(self, room: str) -> None:
        undocumented = [name for name, value in named(importlib.import_module(room)).items() if not documented(value)]
        assert undocumented == []

    @pytest.mark.parametrize("room", FLOORS)
    def test_dir_of_a_floor_agrees_with_its_list(self, room: str) -> None:
        module = importlib.import_module(room)
        assert set(module.__all__) <= set(dir(module))

    @pytest.mark.parametrize("room", ["custlife", *FLOORS])
    def test_every_public_class_documents_its_public_methods(self, room: str) -> None:
        missing = [
            f"{name}.{method}"
            for name, value in named(importlib.import_module(room)).items()
            if isinstance(value, type) and value.__module__.startswith("custlife")
            for method, found in vars(value).items()
            if not method.startswith("_") and callable(getattr(value, method)) and not (found.__doc__ or "").strip()
        ]
        assert missing == []


def documented(value: object) -> bool:
    """A docstring of its own; plain data and aliases of types are documented where they stand."""
    if isinstance(value, ModuleType | type | FunctionType):
        return bool((value.__doc__ or "").strip())
    return True


class TestImports:
    HEAVY = (
        "narwhals", "numpy", "pandas", "polars", "pyarrow", "duckdb", "pyspark", "plotly", "matplotlib", "scipy",
        "json", "tomllib", "zoneinfo", "decimal", "fractions", "statistics", "random", "importlib.metadata", "difflib",
        "inspect", "logging", "html", "csv", "dateutil", "datetime", "attr", "attrs", "subprocess", "socket", "urllib",
    )  # fmt: skip
    LATE = tuple(name for name in HEAVY if name not in {"attr", "attrs", "dateutil", "datetime", "inspect", "random"})

    def loaded(self, code: str, watched: tuple[str, ...]) -> list[str]:
        """What *code* loads that a bare interpreter has not; attrs itself needs some of the standard library."""
        ask = f"import sys; before = set(sys.modules)\n{code}\nprint(*sorted(set({watched!r}) & (set(sys.modules) - before)))"
        return in_a_fresh_process(ask).split()

    def test_the_face_loads_nothing_at_all(self) -> None:
        assert self.loaded("import custlife", self.HEAVY) == []

    def test_an_app_that_moves_customers_loads_values_only(self) -> None:
        code = (
            "import attr, dateutil.relativedelta\nbefore = set(sys.modules)\nimport custlife as cl\n"
            "cl.Customer('a', cl.StageModel('m', ['x'])).move('x', at='2026-01-05T09:00Z')"
        )
        upstairs = tuple(f"custlife.{name}" for name in ("engines", "analysis", "log", "stats", "presets", "reporting", "cli", "pictures", "documents", "simulate", "demo"))  # fmt: skip
        assert self.loaded(code, (*self.LATE, *upstairs)) == []

    @pytest.mark.parametrize("room", [room for room in ROOMS if room not in BY_NUMPY])
    def test_no_room_needs_an_extra(self, room: str) -> None:
        assert not self.EXTRAS & set(loaded_by_all_rooms()), room

    EXTRAS = frozenset(("narwhals", "numpy", "pandas", "polars", "pyarrow", "duckdb", "pyspark", "plotly"))


def loaded_by_all_rooms() -> list[str]:
    if not _LOADED:
        rooms = [room for room in ROOMS if room not in BY_NUMPY]
        code = f"import importlib, sys\nfor room in {rooms!r}: importlib.import_module(room)\nprint(*sys.modules)"
        _LOADED.extend(in_a_fresh_process(code).split())
    return _LOADED


_LOADED: list[str] = []


def public_classes() -> list[tuple[str, type]]:
    found = {}
    for room in ("custlife", *FLOORS, *ANSWERS):
        for value in named(importlib.import_module(room)).values():
            if isinstance(value, type) and value.__module__.startswith("custlife"):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return sorted(found.items())


MEETS = {  # classes that are no values: what they are instead
    "custlife.analysis.framing.Framed": "the base of what has rows, without fields",
    "custlife.analysis.question.Question": "a protocol",
    "custlife.analysis.result.Result": "the base of answers, without fields",
    "custlife.documents.documented.Documented": "the base of what goes to documents, without fields",
    "custlife.documents.fields.Fields": "a reader that keeps the faults it met",
    "custlife.pictures.base.Picture": "the base of pictures, without fields",
}


AGAIN = values.make()


class TestValues:
    @pytest.mark.parametrize(("name", "kind"), public_classes(), ids=[name for name, _ in public_classes()])
    def test_every_public_class_is_frozen(self, name: str, kind: type) -> None:
        if name in MEETS or issubclass(kind, BaseException | enum.Enum):
            return
        if getattr(kind, "_is_protocol", False):
            return
        if attrs.has(kind):
            assert kind.__setattr__ is not object.__setattr__, f"{name} can be changed"
            return
        made: list[Any] = [value for value in values.VALUES.values() if type(value) is kind]
        assert made, f"{name} is neither frozen by attrs nor in tests/values.py"
        for value in made:
            with pytest.raises((AttributeError, TypeError)):
                value.anything = 1

    def test_the_list_of_classes_that_are_no_values_names_nothing_that_is_gone(self) -> None:
        assert set(MEETS) <= {name for name, _ in public_classes()}

    @pytest.mark.parametrize("name", values.VALUES)
    def test_fields_cannot_be_set_or_deleted(self, name: str) -> None:
        value = values.VALUES[name]
        field = "value" if isinstance(value, enum.Enum) else field_of(value)
        before = repr(value)
        with pytest.raises((AttributeError, TypeError)):
            setattr(value, field, 1)
        with pytest.raises((AttributeError, TypeError)):
            delattr(value, field)
        assert repr(value) == before

    @pytest.mark.parametrize("name", values.VALUES)
    def test_values_are_hashable_all_the_way_down(self, name: str) -> None:
        value = values.VALUES[name]
        assert hash(value) == hash(AGAIN[name])
        assert mutable_within(value) == []

    @pytest.mark.parametrize("name", values.VALUES)
    def test_two_of_the_same_are_equal_and_copies_too(self, name: str) -> None:
        value, again = values.VALUES[name], AGAIN[name]
        assert value == again
        assert copy.copy(value) == value == copy.deepcopy(value)

    @pytest.mark.parametrize("name", values.VALUES)
    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_pickles_come_back_equal_with_the_same_hash(self, name: str, protocol: int) -> None:
        value = values.VALUES[name]
        back = pickle.loads(pickle.dumps(value, protocol))
        assert back == value
        assert hash(back) == hash(value)
        assert type(back) is type(value)

    def test_pickles_cross_into_a_process_with_another_hash_seed(self, tmp_path: Path) -> None:
        """A hash stored in a pickle would be that of the process that wrote it."""
        file = tmp_path / "values.pickle"
        write = f"import pickle; from tests import values; open({str(file)!r}, 'wb').write(pickle.dumps(values.make()))"
        read = (
            f"import pickle; from tests import values; back = pickle.load(open({str(file)!r}, 'rb')); here = values.make()\n"
            "print(*[name for name in here if back[name] != here[name] or hash(back[name]) != hash(here[name])"
            " or back[name] not in {here[name]}])"
        )
        in_a_fresh_process(write, PYTHONHASHSEED="1")
        assert in_a_fresh_process(read, PYTHONHASHSEED="2").split() == []

    @pytest.mark.parametrize("name", recipes.FROM_MUTABLE)
    def test_changing_what_a_value_was_made_from_changes_nothing(self, name: str) -> None:
        make, parts = recipes.FROM_MUTABLE[name]()
        made = make()
        before = repr(made), hash(made)
        for part in parts:
            part.clear()
        assert (repr(made), hash(made)) == before

    def test_asking_leaves_hashes_as_they_were(self) -> None:
        acme: Any = values.make()["customer"]
        before = hash(acme)
        _ = acme.stage, acme.journey, acme.spells, acme.next_moves(), acme.explain(), acme.to_json()
        assert hash(acme) == before


def field_of(value: object) -> str:
    """The first field of a value, whichever class of its tree names it."""
    named = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if name[:2] != "__"]
    return [*named, *getattr(value, "__dict__", ())][0]


def mutable_within(value: object, path: str = "", seen: set[int] | None = None) -> list[str]:
    """The paths to everything inside a value that could be changed."""
    seen = set() if seen is None else seen
    if id(value) in seen or value is None or isinstance(value, str | int | float | bytes | enum.Enum | type):
        return []
    seen.add(id(value))
    if isinstance(value, tuple | frozenset):
        return [found for i, item in enumerate(value) for found in mutable_within(item, f"{path}[{i}]", seen)]
    if attrs.has(type(value)):
        return [
            found
            for field in attrs.fields(type(value))
            if field.eq
            for found in mutable_within(getattr(value, field.name), f"{path}.{field.name}", seen)
        ]
    is_mutable = isinstance(value, list | dict | set | bytearray) or not isinstance(value, Hashable)
    return [f"{path}: {type(value).__name__}"] if is_mutable and not isinstance(value, Mapping) else []


class TestErrors:
    MADE = (
        cl.CustlifeError("what", "hint", "row 1"),
        cl.errors.DefinitionError("what"),
        cl.errors.UnknownNameError("stage", "trail", ["trial"], "model 'm'"),
        cl.errors.UsageError("what", "hint"),
        cl.errors.UsageTypeError("what", "hint"),
        cl.errors.TimeError("what", "hint"),
        cl.errors.DataError("what", [("row 1", "bad")], "hint"),
        cl.errors.HistoryError("what", [("row 1", "bad")], "hint"),
        cl.errors.MissingFileError("what", hint="hint"),
        cl.errors.TransitionNotAllowedError("acme", None, "trial", ("lead",), "too early"),
        cl.errors.MissingExtraError("a chart", "plotly"),
    )

    def test_every_error_is_here(self) -> None:
        assert {type(error).__name__ for error in self.MADE} == set(cl.errors.__all__)

    @pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
    def test_errors_pickle_with_their_facts_and_their_text(self, error: cl.CustlifeError) -> None:
        back = pickle.loads(pickle.dumps(error))
        assert (type(back), str(back)) == (type(error), str(error))
        assert vars(back) == vars(error)
        assert str(copy.copy(error)) == str(error)

    @pytest.mark.parametrize("error", MADE[:8], ids=lambda error: type(error).__name__)
    def test_what_was_added_to_an_error_travels_with_it(self, error: cl.CustlifeError) -> None:
        error = copy.copy(error)
        error.hint = "another hint"
        error.add_note("on Monday")
        back = pickle.loads(pickle.dumps(error))
        assert (str(back), back.__notes__) == (str(error), ["on Monday"])
