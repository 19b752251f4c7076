"""Secrets and signatures: sealing at rest, signing keys and their life, and every JWT read or written.

Imports nothing of ours and knows no SQL; values come in, values go out (DESIGN 3, 5.14).
"""
