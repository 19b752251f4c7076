"""Authorizations given: grants, codes, refresh families, revoked access tokens."""
