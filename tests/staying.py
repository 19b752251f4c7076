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
    "life_cursors": "how far each feed and job has come: a row each",
    "life_grounds": "why somebody could not sign in: a few per person who was ever locked",
    "life_readings": "a row per person who has signed in through the national system",
    "life_states": "a row per person whose papers a register has named",
    "life_words": "which word of a register was the last: a few per person and organisation it has spoken of",
    "links": "one-time links of operators, each spent or expired: by hand, a few in years",
    "lock_requests": "what authorities asked for in writing, and what was decided: kept with the record",
    "mandate_principals": "one per organisation or ward somebody has acted for",
    "official_external_ids": "one per official and HR system",
    "official_posts": "a few per official, over the years",
    "officials": "who is employed, and who was",
    "organisations": "who stands in a register, dissolved ones too",
    "passwords": "a row per person",
    "people": "who is known",
    "person_addresses": "a row per address a person has had",
    "person_identifiers": "a few per person",
    "recovery_codes": "ten per person at most: a used one is replaced in its own row, a new set takes the place of all",
    "registrations": "a row per client",
    "signing_keys": "erased keys stay as names",
    "subjects": "one per person and sector, for ever",
    "totp": "a row per person",
    "upstream_maintenance": "a row per upstream: the operators' switch",
}
"""Table → why."""
