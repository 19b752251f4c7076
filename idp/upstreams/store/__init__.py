"""What is kept of upstreams, one table a file: links, the operators' switch, spent sign-outs."""

from idp.upstreams.store.links import UpstreamStore
from idp.upstreams.store.logouts import UpstreamLogoutStore
from idp.upstreams.store.maintenance import MaintenanceStore

__all__ = ["MaintenanceStore", "UpstreamLogoutStore", "UpstreamStore"]
