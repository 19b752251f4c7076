"""How a process tells Prometheus what it has counted: its own listener on its own port (adr/0020)."""

from idp.exposition.listener import PortTaken, exposed

__all__ = ["PortTaken", "exposed"]
