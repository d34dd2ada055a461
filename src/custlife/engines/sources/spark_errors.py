"""What goes wrong on a cluster, as one error in the words of custlife."""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING, Any

from custlife.engines.sources.failing import one_of
from custlife.engines.sources.spark_task import DONE, ERROR, IMPORT, MEMORY, VERSION, version
from custlife.errors import CustlifeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["checked", "explained"]

INSTALL = (
    "install custlife[spark] in the Python that PYSPARK_PYTHON names, or ship it with --archives; on one machine write "
    "os.environ['PYSPARK_PYTHON'] = sys.executable before the session starts"
)
ON_A_CLUSTER = "see 'On a cluster' in the documentation"


def checked(answers: Sequence[tuple[str, bytes]], partitions: int) -> list[Any]:
    """What the executors found, if nothing went wrong on any of them."""
    for kind, body in answers:
        if kind == VERSION:
            raise other_version(body.decode())
        if kind == IMPORT:
            raise without(body.decode())
        if kind == MEMORY:
            raise too_large(partitions)
    errors = [pickle.loads(body) for kind, body in answers if kind == ERROR]
    if errors:
        raise one_of(errors)
    return [pickle.loads(body) for kind, body in answers if kind == DONE]


def other_version(there: str) -> CustlifeError:
    """The executors have another custlife than the driver."""
    here = version()
    what = f"the executors have custlife {there}, the driver has {here}"
    return UsageError(what, f"install custlife[spark]=={here} on all of them; {ON_A_CLUSTER}")


def without(module: str) -> CustlifeError:
    """The executors lack a package, or a module of the caller."""
    package = module.partition(".")[0]
    if package in {"custlife", "numpy", "pyarrow", "narwhals", "attrs", "attr", "dateutil"}:
        hint = f"{INSTALL}; {ON_A_CLUSTER}"
    else:
        hint = f"install it there, or ship {package + '.py'!r} with spark.submit.pyFiles; {ON_A_CLUSTER}"
    return UsageError(f"the executors cannot import {module!r}", hint)


def too_large(partitions: int) -> CustlifeError:
    """A partition does not fit into the memory of its executor."""
    what = f"a partition does not fit into the memory of its executor with partitions={partitions}"
    more = "or give executors more: spark.executor.memoryOverhead, spark.executor.pyspark.memory"
    return UsageError(what, f"pass partitions={2 * partitions}, {more}")


def explained(error: Exception, partitions: int) -> CustlifeError | None:
    """What stopped Spark itself, if it is something that one can do something about; else None."""
    text = str(error)
    if "PYTHON_VERSION_MISMATCH" in text or "Python in worker has different version" in text:
        found = re.search(r"different version:? (\d\.\d+) than that in driver:? (\d\.\d+)", text)
        what = "the executors run another version of Python than the driver"
        if found:
            what = f"the executors run Python {found[1]}, the driver runs Python {found[2]}"
        return UsageError(what, f"let PYSPARK_PYTHON name one minor version of Python everywhere; {ON_A_CLUSTER}")
    if found := re.search(r"No module named '([\w.]+)'", text):
        return without(found[1])
    if found := re.search(r"\[PACKAGE_NOT_INSTALLED\] (\w+)", text):
        return without(found[1].lower())
    if "MemoryError" in text or "Python worker exited unexpectedly" in text or "ExecutorLostFailure" in text:
        return too_large(partitions)
    if "spark.driver.maxResultSize" in text:
        what = "the answer is larger than spark.driver.maxResultSize"
        return UsageError(what, "ask for counts instead of lists, or of fewer customers; or raise that limit")
    return None
