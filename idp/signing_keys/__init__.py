"""Signing keys as stored; keys/rotation.py holds the rule."""
