"""Signing keys in a device – PKCS #11 2.40 and 3.0 (OASIS): a hardware module, or SoftHSM in tests.

`cryptoki.py` speaks C; `token.py` is one login to one token; `connection.py` keeps it alive; `device.py` is the one
thread that calls the module; `signer.py` is the Signer made of all that; `held_key.py` is what the database keeps.
"""
