"""`python -m custlife`: the same as `custlife`."""

from __future__ import annotations

import sys

from custlife.cli import main

if __name__ == "__main__":
    sys.exit(main())
