"""The house rules, read off the source: sizes, words, what is never called, what is never raised, reasons beside."""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import custlife

ROOT = Path(__file__).parents[1]
SRC = Path(custlife.__file__).parent  # the installed package, wherever it stands
FILES = sorted(SRC.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES = [str(file.relative_to(SRC)) for file in FILES]
TEXTS = {name: file.read_text("utf-8") for name, file in zip(NAMES, FILES, strict=True)}
TREES = {name: ast.parse(text) for name, text in TEXTS.items()}


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(TREES[name]))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@cache
def comments(file: Path) -> tuple[tuple[int, str], ...]:
    tokens = tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline)
    return tuple((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)


@cache
def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        start = dotted(node.value)
        return f"{start}.{node.attr}" if start else ""
    return ""


def faults(rule: Callable[[str], Iterable[object]]) -> list[str]:
    """What a rule finds in any file, with the file."""
    return [f"{name}: {found}" for name in NAMES for found in rule(name)]


def called(name: str) -> set[str]:
    return {dotted(node.func) for node in nodes(name) if isinstance(node, ast.Call)}


def used(name: str) -> set[str]:
    return {dotted(node) for node in nodes(name) if isinstance(node, ast.Attribute | ast.Name)}


def imported(name: str) -> set[str]:
    """The first names of everything a file imports, inside functions too."""
    found = set()
    for node in nodes(name):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def functions(name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes(name) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


class TestSizes:
    def test_no_file_is_over_400_lines(self) -> None:
        lines = {str(file): len(file.read_text("utf-8").splitlines()) for file in (*FILES, *TESTS)}
        assert {name: count for name, count in lines.items() if count > 400} == {}

    def test_no_function_is_over_40_lines(self) -> None:
        assert faults(lambda n: [f"{f.name} {body_lines(f)}" for f in functions(n) if body_lines(f) > 40]) == []


class TestWords:
    def test_nothing_is_left_to_be_done(self) -> None:
        # the marks that no file may hold; they stand here to be looked for
        unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|WIP|TBD)\b")
        assert faults(lambda n: unfinished.findall(TEXTS[n])) == []

    def test_every_file_has_a_docstring_and_postpones_annotations(self) -> None:
        assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []
        annotated = [name for name in NAMES if any(isinstance(n, ast.FunctionDef | ast.AnnAssign) for n in nodes(name))]
        assert [name for name in annotated if "__future__" not in imported(name)] == []

    def test_public_functions_classes_and_methods_have_docstrings(self) -> None:
        assert faults(undocumented) == []


def undocumented(name: str) -> list[str]:
    holders = [
        n for n in nodes(name) if isinstance(n, ast.Module) or (isinstance(n, ast.ClassDef) and n.name[0] != "_")
    ]
    return [
        node.name
        for holder in holders
        for node in holder.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_" and not ast.get_docstring(node)
        if not any(dotted(mark) == "overload" for mark in node.decorator_list)
    ]


class TestForbidden:
    MODULES = frozenset((
        "pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "subprocess", "multiprocessing", "socket", "ssl",
        "urllib", "http", "ftplib", "smtplib", "requests", "ctypes", "code", "codeop", "runpy", "webbrowser", "xmlrpc",
    ))  # fmt: skip
    CALLS = frozenset(("eval", "exec", "compile", "__import__", "breakpoint", "input", "os.system", "os.popen"))
    CLOCKS = frozenset((
        "utcnow", "today", "localtime", "gmtime", "monotonic", "perf_counter", "time_ns", "fromtimestamp",
        "utcfromtimestamp", "strptime", "strftime", "ctime",
    ))  # fmt: skip
    MACHINE = frozenset(("random.seed", "locale.setlocale", "os.environ", "os.getenv", "getenv", "uuid4", "uuid1"))
    FACES = frozenset(f"{room}__init__.py" for room in ("", "calendar/", "stages/", "customers/", "scoring/"))

    def test_nothing_stores_code_or_speaks_to_a_network(self) -> None:
        found = faults(lambda n: imported(n) & self.MODULES)
        assert [fault for fault in found if not self.NEEDED.fullmatch(fault)] == []

    NEEDED = re.compile(
        r"engines/sources/spark_\w+\.py: pickle"  # executors run what the driver sends, no file
        r"|engines/sources/memory\.py: ctypes"  # hands freed memory back: one call without arguments
    )

    def test_nothing_is_evaluated(self) -> None:
        assert faults(lambda n: called(n) & self.CALLS) == []

    def test_modules_are_imported_by_names_that_stand_in_the_source(self) -> None:
        """A stored document can never choose what is loaded: only faces resolve names, from tables of their own."""
        assert {name for name in NAMES if "import_module" in called(name)} <= self.FACES

    def test_only_the_shell_prints(self) -> None:
        said = {"print", "sys.stdout.write", "sys.stderr.write"}
        assert [fault for fault in faults(lambda n: called(n) & said) if not fault.startswith("cli/")] == []

    def test_nothing_reads_the_clock(self) -> None:
        """The words of the clock are used nowhere, and `astimezone()` without a zone is that of the machine."""
        assert faults(lambda n: {text for text in used(n) if text.rpartition(".")[2] in self.CLOCKS}) == []
        assert faults(lambda n: {text for text in called(n) if text.endswith(".now")}) == []
        assert faults(lambda n: imported(n) & {"time"}) == ["scoring/stopwatch.py: time"]  # it times hooks
        assert faults(machine_zone) == []

    def test_nothing_depends_on_the_machine(self) -> None:
        """Only the shell does, and who wants no plugins says so to the process."""
        excused = ("cli/", "plugins.py: os.environ")
        assert [fault for fault in faults(lambda n: used(n) & self.MACHINE) if not fault.startswith(excused)] == []

    def test_hashes_are_taken_for_hashing_only(self) -> None:
        """The hash of a text differs from process to process."""
        assert faults(hashing) == []

    def test_attrs_validators_and_converters_are_named_functions(self) -> None:
        assert faults(unnamed_hooks) == []


def machine_zone(name: str) -> list[int]:
    calls = [n for n in nodes(name) if isinstance(n, ast.Call) and dotted(n.func).endswith(".astimezone")]
    return [call.lineno for call in calls if not call.args]


def hashing(name: str) -> list[int]:
    inside = {id(n) for f in functions(name) if f.name == "__hash__" for n in ast.walk(f)}
    calls = [n for n in nodes(name) if isinstance(n, ast.Call) and dotted(n.func) == "hash"]
    return [call.lineno for call in calls if id(call) not in inside]


def unnamed_hooks(name: str) -> list[str]:
    marks = [dotted(mark) for f in functions(name) for mark in f.decorator_list]
    given = [
        f"{word.arg} in line {node.lineno}"
        for node in nodes(name)
        if isinstance(node, ast.Call) and dotted(node.func) == "attrs.field"
        for word in node.keywords
        if word.arg in {"validator", "converter"}
        and (isinstance(word.value, ast.Lambda) or dotted(word.value) in {"tuple", "list", "dict", "set"})
    ]
    return given + [mark for mark in marks if mark.endswith((".validator", ".default"))]


class TestImports:
    def test_only_attrs_and_dateutil_come_from_elsewhere(self) -> None:
        known = {*sys.stdlib_module_names, "attrs", "custlife"}
        foreign = faults(lambda n: imported(n) - known)
        assert [fault for fault in foreign if not self.ALLOWED.fullmatch(fault)] == []

    ALLOWED = re.compile(
        r"calendar/\w+\.py: dateutil|stats/arrays\w*\.py: numpy"
        r"|engines/(?:arrays|sources)/\w+\.py: (?:duckdb|narwhals|numpy|pandas|polars|pyarrow|pyspark)"
        r"|pictures/plotly_figure\.py: plotly|engines/merging\.py: numpy|scoring/compiling\.py: numpy"
        r"|analysis/framing\.py: (?:duckdb|pandas|polars|pyarrow)|simulate/(?:drawing|frames)\.py: (?:numpy|pyarrow)"
    )

    def test_imports_are_absolute(self) -> None:
        relative = lambda n: [node.lineno for node in nodes(n) if isinstance(node, ast.ImportFrom) and node.level]  # noqa: E731  # read by `faults`
        assert faults(relative) == []

    def test_every_room_of_the_top_floor_stands_in_the_layers(self) -> None:
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
        (floors,) = (contract for contract in contracts if contract["type"] == "layers")
        listed = {room.strip() for layer in floors["layers"] for room in layer.split("|")}
        rooms = {path.stem for path in SRC.glob("*.py")} | {path.parent.name for path in SRC.glob("*/*.py")}
        assert listed == rooms - {"__init__"}

    def test_every_folder_of_code_is_a_package(self) -> None:
        """A folder without `__init__.py` is invisible to the tool that watches the floors."""
        assert sorted({str(f.parent) for f in FILES if not (f.parent / "__init__.py").exists()}) == []


class TestErrors:
    BUILTIN = frozenset(
        n for n, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
    )
    ASKED_FOR = frozenset(("AttributeError", "KeyError"))  # by Python itself, of methods with names of its own

    def test_builtin_exceptions_are_raised_only_where_python_asks_for_them(self) -> None:
        assert faults(self.builtin) == []

    def builtin(self, name: str) -> list[str]:
        return sorted(
            f"{function.name} raises {what}"
            for function in functions(name)
            for what in raised(function) & self.BUILTIN
            if not (function.name.startswith("__") and what in self.ASKED_FOR)
        )


def raised(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    raising = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc is not None]
    return {dotted(error.func if isinstance(error, ast.Call) else error) for error in raising}


EXEMPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore|pragma)(?P<code>:?\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])?"
)


class TestReasons:
    def test_every_exemption_names_what_it_exempts_from(self) -> None:
        bare = [
            f"{file}:{line}: {text}"
            for file in (*FILES, *TESTS)
            if EXEMPTION.search(file.read_text("utf-8"))
            for line, text in comments(file)
            for found in EXEMPTION.finditer(text)
            if not found["code"]
        ]
        assert bare == []

    def test_every_exemption_has_a_reason_beside_or_above_it(self) -> None:
        assert faults(unreasoned) == []


def unreasoned(name: str) -> list[str]:
    if not EXEMPTION.search(TEXTS[name]):
        return []
    found = comments(SRC / name)
    whole_lines = {line for line, text in found if TEXTS[name].splitlines()[line - 1].strip() == text}
    return [
        f"{line}: {text}"
        for line, text in found
        if EXEMPTION.search(text)
        and not re.search(r"[a-z]{3}", EXEMPTION.sub("", text))
        and line - 1 not in whole_lines
    ]
