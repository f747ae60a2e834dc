"""The fixtures of a real browser, see tests/browsing.py."""

from tests.browsing import browser, opener, shots, site

__all__ = ["browser", "opener", "shots", "site"]
