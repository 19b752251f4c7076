"""The append-only record (DESIGN 5.9)."""
