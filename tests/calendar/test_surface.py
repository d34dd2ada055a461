"""What the calendar exports, and what it loads to do so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from custlife import calendar


def loaded_by(code):
    program = f"import sys; {code}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_names_the_public_names_in_order_and_each_is_documented():
    assert list(calendar.__all__) == sorted(
        calendar.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    for name in calendar.__all__:
        value = getattr(calendar, name)
        assert not callable(value) or value.__doc__ or name in {"Ambiguous", "Every", "Instant", "Weekday"}
    assert dir(calendar) == sorted(calendar.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'custlife\.calendar' has no attribute 'Spam'"):
        calendar.Spam  # noqa: B018


def test_moving_customers_loads_neither_zones_nor_business_hours():
    modules = loaded_by("from custlife.calendar import instant, days; instant('2026-01-05T09:00Z'), days(3)")
    heavy = {"zoneinfo", "dateutil", "re", "json", "decimal", "difflib", "inspect"}
    base = loaded_by("import attrs")
    assert not (heavy - base) & modules
    assert not {f"custlife.calendar.{room}" for room in ("zones", "period", "business", "civil")} & modules


def test_utc_needs_no_time_zone_database():
    code = "from custlife.calendar import *; zone('UTC').add(0, months(1)), periods('week').index(0)"
    code += "; BusinessHours('mon 09:00-10:00', tz='UTC').is_open('2026-01-05T09:00Z')"
    assert "zoneinfo" not in loaded_by(code)
