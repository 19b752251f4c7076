"""Where the registers are."""

BASE = "/registers"
