"""Employment records, posts, and what HR systems call them; one table a file."""

from idp.officials.store.officials import OfficialStore

__all__ = ["OfficialStore"]
