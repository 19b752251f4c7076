"""Interactions once they matter, one table a file: journeys upstream, proved passwords, ends."""

from idp.interactions.store.interactions import InteractionStore

__all__ = ["InteractionStore"]
