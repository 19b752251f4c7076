"""Mandates: who may act for whom, in what, from when and until when (DESIGN 5.2)."""
