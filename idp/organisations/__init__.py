"""Organisations of the registers, and the tree of agencies: what they are called by, whether they still stand."""
