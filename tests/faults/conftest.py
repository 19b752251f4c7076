"""Fixtures of the stores that faults need too."""

from tests.stores.conftest import postgresql_server

__all__ = ["postgresql_server"]
