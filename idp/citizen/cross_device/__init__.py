"""Signing in on one device by confirming it on another: `computer.py` shows a code, `phone.py` answers it (adr/0047)."""
