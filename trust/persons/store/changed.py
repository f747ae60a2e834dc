"""How many rows a compare-and-swap has changed."""

from typing import Any

from sqlalchemy import CursorResult, Result


def changed(result: Result[Any]) -> int:
    """Row count of an UPDATE or DELETE."""
    assert isinstance(result, CursorResult)  # noqa: S101  for the type checker: an UPDATE has no other result
    return result.rowcount
