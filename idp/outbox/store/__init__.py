"""Messages to relying parties: what is to be sent (`OutboxStore`), and what became of it (`DeliveryStore`)."""

from idp.outbox.store.deliveries import DeliveryStore
from idp.outbox.store.outbox import OutboxStore

__all__ = ["DeliveryStore", "OutboxStore"]
