"""Merging and splitting people's records, over the transaction."""

from idp.merges.service.making import made_meanwhile
from idp.merges.service.merging import Merged, confirm
from idp.merges.service.proposing import Wanted, propose, withdraw
from idp.merges.service.splitting import Split, split
from idp.merges.service.subjects import SectorSubjects, subjects_of

__all__ = [
    "Merged",
    "SectorSubjects",
    "Split",
    "Wanted",
    "confirm",
    "made_meanwhile",
    "propose",
    "split",
    "subjects_of",
    "withdraw",
]
