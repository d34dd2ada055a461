"""Slow definitions by other people: zoneinfo and relativedelta, one datetime at a time; TZif files as they are written."""

from __future__ import annotations

import struct
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from dateutil.relativedelta import relativedelta

from custlife.calendar import from_us, to_us

WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # the origin of wall clocks
MICROSECOND = timedelta(microseconds=1)


def wall(us: int, key: str) -> datetime:
    return from_us(us).astimezone(zoneinfo.ZoneInfo(key)).replace(tzinfo=None)


def offset(us: int, key: str) -> int:
    return from_us(us).astimezone(zoneinfo.ZoneInfo(key)).utcoffset() // MICROSECOND


def utc(local: int, key: str, fold: int = 0) -> int:
    at = WALL_EPOCH + timedelta(microseconds=local)
    return to_us(at.replace(tzinfo=zoneinfo.ZoneInfo(key), fold=fold).astimezone(UTC))


def add(us: int, span, key: str) -> int:
    if span.months or span.days:
        moved = wall(us, key) + relativedelta(months=span.months, days=span.days)
        us = utc((moved - WALL_EPOCH) // MICROSECOND, key)
    return us + span.us


def changes(key: str) -> list[tuple[int, int, int]]:
    """`(second, offset before, offset after)` of the changes listed in the TZif file of a zone (RFC 8536)."""
    data = next((p.read_bytes() for folder in zoneinfo.TZPATH if (p := Path(folder) / key).is_file()), None)
    if data is None:
        package, _, name = f"tzdata/zoneinfo/{key}".rpartition("/")
        data = resources.files(package.replace("/", ".")).joinpath(name).read_bytes()
    isut, isstd, leap, n, types, chars = struct.unpack(">6l", data[20:44])
    at = 44 + n * 5 + types * 6 + chars + leap * 8 + isstd + isut
    _, _, _, n, types, _ = struct.unpack(">6l", data[at + 20 : at + 44])
    at += 44
    seconds = struct.unpack(f">{n}q", data[at : at + 8 * n])
    kinds = data[at + 8 * n : at + 9 * n]
    offsets = [struct.unpack(">lbb", data[at + 9 * n + 6 * i : at + 9 * n + 6 * i + 6])[0] for i in range(types)]
    found, before = [], offsets[0]
    for second, kind in zip(seconds, kinds, strict=True):
        if offsets[kind] != before:
            found.append((second, before, offsets[kind]))
            before = offsets[kind]
    return found
