"""Signing in with a code that was sent to an address."""
