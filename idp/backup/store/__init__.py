"""Reading every row, writing every row, and beginning an epoch; on the one connection of a back-up or restore."""

from idp.backup.store.epoch import Died, begin_epoch, epoch_of
from idp.backup.store.rows import fresh, is_empty, revision_of
from idp.backup.store.whole import Origin, open_header, read_backup, write_backup

__all__ = [
    "Died",
    "Origin",
    "begin_epoch",
    "epoch_of",
    "fresh",
    "is_empty",
    "open_header",
    "read_backup",
    "revision_of",
    "write_backup",
]
