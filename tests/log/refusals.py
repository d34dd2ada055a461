"""What tests of logs about money share: instants, and the words of a refusal."""

from __future__ import annotations

import pytest

from custlife.errors import CustlifeError

AT, AS_OF = "2026-01-05T00:00Z", "2026-03-01T00:00Z"


def refusal(make) -> str:
    with pytest.raises(CustlifeError) as caught:
        make()
    return str(caught.value)
