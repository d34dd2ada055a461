"""Hashes of texts, for where Polars, which has faster ones, is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custlife.engines.sources.columns import mixed_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from custlife.engines.arrays.ids import Texts

__all__ = ["text_bits"]

WORD = 8  # bytes that are hashed at once


def text_bits(texts: Texts) -> NDArray[np.uint64]:
    """A hash of each text, eight bytes at a time."""
    lengths = texts.ends - texts.starts
    words = np.lib.stride_tricks.sliding_window_view(np.concatenate([texts.data, np.zeros(WORD, np.uint8)]), WORD)
    bits, left = mixed_bits(lengths), np.arange(len(lengths))
    for word in range(-(-int(lengths.max(initial=0)) // WORD)):
        left = left[lengths[left] > word * WORD]
        found = np.ascontiguousarray(words[texts.starts[left] + word * WORD]).view(np.uint64).ravel()
        beyond = np.maximum((word + 1) * WORD - lengths[left], 0).astype(np.uint64) * np.uint64(8)
        # bytes behind the end of a text are those of the next
        found = (found << beyond) >> beyond if np.little_endian else (found >> beyond) << beyond
        bits[left] = mixed_bits((bits[left] ^ found).view(np.int64)) + np.uint64(word)
    return bits
