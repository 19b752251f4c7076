"""Runs the whole demo city on one machine; `scripts/run` makes the environment and calls it."""
