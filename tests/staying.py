"""The tables whose rows stay, and why: every other one is empty once all in it has expired (DESIGN 5.8)."""

from collections.abc import Mapping

STAYS: Mapping[str, str] = {
    "agencies": "the tree of agencies, by hand and by file",
    "audit_events": "the record, whose payloads go by law alone",
    "audit_head": "one row",
    "audit_keys": "a key per person",
    "client_logos": "a row per client",
    "client_secrets": "a few per client",
    "clients": "who is registered",
    "config_version": "one row",
    "consents": "one per person, client and scope: what was agreed to",
    "external_links": "a row per person",
    "links": "one-time links of operators, each spent or expired: by hand, a few in years",
    "mandate_principals": "one per organisation or ward somebody has acted for",
    "official_external_ids": "one per official and HR system",
    "official_posts": "a few per official, over the years",
    "officials": "who is employed, and who was",
    "organisations": "who stands in a register, dissolved ones too",
    "passwords": "a row per person",
    "people": "who is known",
    "person_addresses": "a row per address a person has had",
    "person_identifiers": "a few per person",
    "registrations": "a row per client",
    "signing_keys": "erased keys stay as names",
    "subjects": "one per person and sector, for ever",
    "totp": "a row per person",
    "upstream_maintenance": "a row per upstream: the operators' switch",
}
"""Table → why."""
