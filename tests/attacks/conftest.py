"""The provider under attack is the one of its own tests."""

from tests.unit.trust.oidc.conftest import short_database, world

__all__ = ["short_database", "world"]
