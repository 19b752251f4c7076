"""Relying parties: registration, secrets, cached look-up."""
