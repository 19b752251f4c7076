"""The first schema: every table of the provider, and the triggers that make the audit log append-only.

Moments are microseconds since 1970 on both engines. Constraint names follow the convention of `idp.database`.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)

from migrations.audit_triggers import AUDIT_TRIGGERS

revision = "0001"
down_revision = None

_Moment = BigInteger
_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")  # a prefix of a name is a range


def upgrade() -> None:
    """Create everything."""
    _people()
    _links_of_people()
    _credentials()
    _clients()
    _sessions()
    _interactions()
    _grants()
    _refresh_tokens()
    _audit()
    _the_rest()


def _people() -> None:
    op.create_table(
        "people",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("name_fold", _BYTE_ORDER, nullable=False),
        Column("birth_year", SmallInteger),
        Column("commune_code", Text, nullable=False),
        Column("account_level", SmallInteger, nullable=False),
        Column("status", Text, nullable=False),
        Column("status_reason", Text, nullable=False),
        Column("roles", Text, nullable=False),
        Column("profile", LargeBinary, nullable=False),
        Column("synthetic", Boolean, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("updated_at", _Moment, nullable=False),
        Column("canonical_id", Text),
    )
    op.create_index("ix_people_canonical_id", "people", ["canonical_id"])
    op.create_index("ix_people_name_fold", "people", ["name_fold"])
    op.create_table(
        "person_identifiers",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("scheme", Text, primary_key=True),
        Column("lookup", LargeBinary, primary_key=True),
        Column("holder", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("valid_from", _Moment, nullable=False),
        Column("valid_to", _Moment),
        Column("cause", Text, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        UniqueConstraint("scheme", "lookup", "holder"),
    )


def _links_of_people() -> None:
    op.create_table(
        "external_links",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("issuer", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("linked_at", _Moment, nullable=False),
        Column("last_used_at", _Moment, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "subjects",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("sector", Text, primary_key=True),
        Column("sub", Text, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        UniqueConstraint("sector", "sub"),
    )


def _credentials() -> None:
    op.create_table(
        "passwords",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("password_hash", Text, nullable=False),
        Column("changed_at", _Moment, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_table(
        "totp",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("secret", LargeBinary, nullable=False),
        Column("last_step", BigInteger, nullable=False),
        Column("confirmed", Boolean, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_table(
        "attempts",
        Column("account", LargeBinary, primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("not_before", _Moment),
        Column("last_at", _Moment, nullable=False),
    )
    op.create_index("ix_attempts_last_at", "attempts", ["last_at"])
    op.create_table(
        "links",
        Column("purpose", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("spent_at", _Moment),
    )


def _clients() -> None:
    op.create_table(
        "clients",
        Column("client_id", Text, primary_key=True),
        Column("enabled", Boolean, nullable=False),
        Column("facts", Text, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("updated_at", _Moment, nullable=False),
    )
    op.create_table(
        "client_secrets",
        Column("secret_id", Text, primary_key=True),
        Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("expires_at", _Moment),
    )
    op.create_index("ix_client_secrets_client_id", "client_secrets", ["client_id"])
    op.create_table(
        "consents",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
        Column("consent_id", Text, primary_key=True),
        Column("scope", Text, nullable=False),
        Column("basis", Text, nullable=False),
        Column("granted", Boolean, nullable=False),
        Column("text_version", Text, nullable=False),
        Column("text_hash", Text, nullable=False),
        Column("decided_at", _Moment, nullable=False),
        Column("withdrawn_at", _Moment),
        Column("superseded_at", _Moment),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        Column("bucket", String(2), primary_key=True),
        Column("session_id", Text, primary_key=True, unique=True),
        Column("cookie", LargeBinary, nullable=False, unique=True),
        Column("person_id", Text, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("last_seen_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("auth_time", _Moment, nullable=False),
        Column("acr", Text, nullable=False),
        Column("amr", Text, nullable=False),
        Column("ial", SmallInteger, nullable=False),
        Column("idp", Text, nullable=False),
        Column("ended_at", _Moment),
        Column("end_reason", Text),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_person", "sessions", ["bucket", "person_id"])
    op.create_table(
        "session_clients",
        Column("bucket", String(2), primary_key=True),
        Column("session_id", Text, primary_key=True),
        Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
        Column("sid", Text, nullable=False),
        Column("sub", Text, nullable=False),
        Column("reached_at", _Moment, nullable=False),
        ForeignKeyConstraint(
            ["bucket", "session_id"], ["sessions.bucket", "sessions.session_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("client_id", "sid"),
    )


def _interactions() -> None:
    op.create_table(
        "upstream_journeys",
        Column("state", LargeBinary, primary_key=True),
        Column("interaction_id", Text, nullable=False),
        Column("nonce", LargeBinary, nullable=False),
        Column("code_verifier", LargeBinary, nullable=False),
        Column("requested_loa", Text, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("spent_at", _Moment),
    )
    op.create_index("ix_upstream_journeys_expires_at", "upstream_journeys", ["expires_at"])
    op.create_table(
        "password_proofs",
        Column("interaction_id", Text, primary_key=True),
        Column("bucket", String(2), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("proved_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("spent_at", _Moment),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_index("ix_password_proofs_expires_at", "password_proofs", ["expires_at"])
    op.create_table(
        "interaction_ends",
        Column("interaction_id", Text, primary_key=True),
        Column("ended_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
    )
    op.create_index("ix_interaction_ends_expires_at", "interaction_ends", ["expires_at"])


def _grants() -> None:
    op.create_table(
        "grants",
        Column("bucket", String(2), primary_key=True),
        Column("grant_id", Text, primary_key=True, unique=True),
        Column("gid", Text, nullable=False, unique=True),
        Column("person_id", Text, nullable=False),
        Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
        Column("session_id", Text, nullable=False),
        Column("is_offline", Boolean, nullable=False),
        Column("facts", Text, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("revoked_at", _Moment),
        Column("revoke_reason", Text),
        Column("family_ended_at", _Moment),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_index("ix_grants_expires_at", "grants", ["expires_at"])
    op.create_index("ix_grants_person", "grants", ["bucket", "person_id"])
    op.create_index("ix_grants_session_id", "grants", ["session_id"])
    op.create_table(
        "codes",
        Column("bucket", String(2), primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("grant_id", Text, nullable=False),
        Column("facts", Text, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("spent_at", _Moment),
        ForeignKeyConstraint(
            ["bucket", "grant_id"], ["grants.bucket", "grants.grant_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_codes_expires_at", "codes", ["expires_at"])
    op.create_index("ix_codes_grant", "codes", ["bucket", "grant_id"])


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        Column("bucket", String(2), primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("grant_id", Text, nullable=False),
        Column("session_id", Text),
        Column("generation", Integer, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("issued_at", _Moment, nullable=False),
        Column("expires_at", _Moment, nullable=False),
        Column("family_expires_at", _Moment, nullable=False),
        Column("spent_at", _Moment),
        Column("successor", LargeBinary),
        Column("successor_sealed", LargeBinary),
        ForeignKeyConstraint(
            ["bucket", "grant_id"], ["grants.bucket", "grants.grant_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_refresh_tokens_expires_at", "refresh_tokens", ["expires_at"])
    op.create_index("ix_refresh_tokens_grant", "refresh_tokens", ["bucket", "grant_id"])
    op.create_table(
        "revoked_tokens",
        Column("jti", Text, primary_key=True),
        Column("expires_at", _Moment, nullable=False),
    )
    op.create_index("ix_revoked_tokens_expires_at", "revoked_tokens", ["expires_at"])


def _audit() -> None:
    op.create_table(
        "audit_events",
        Column("event_id", Text, primary_key=True),
        Column("type", Text, nullable=False),
        Column("at", _Moment, nullable=False),
        Column("actor", Text, nullable=False),
        Column("subject_ref", Text, nullable=False),
        Column("payload", LargeBinary),
        Column("salt", LargeBinary),
        Column("payload_digest", LargeBinary, nullable=False),
        Column("txn", Text, nullable=False),
        Column("leaf_index", BigInteger, unique=True),
        CheckConstraint("leaf_index >= 0", name="leaf_index"),
    )
    op.create_index("ix_audit_events_subject_ref", "audit_events", ["subject_ref", "leaf_index"])
    op.create_index(
        "ix_audit_events_unnumbered",
        "audit_events",
        ["at", "event_id"],
        sqlite_where=text("leaf_index IS NULL"),
        postgresql_where=text("leaf_index IS NULL"),
    )
    op.create_table(
        "audit_head",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("next_index", BigInteger, nullable=False),
        CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "audit_keys",
        Column("subject_ref", Text, primary_key=True),
        Column("sealed_key", LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO audit_head (id, next_index) VALUES (1, 0)")
    for statement in AUDIT_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _the_rest() -> None:
    op.create_table(
        "outbox",
        Column("message_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("logout_id", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("next_attempt_at", _Moment, nullable=False),
        Column("leased_until", _Moment),
        Column("attempts", Integer, nullable=False),
        Column("state", Text, nullable=False),
        Column("delivered_at", _Moment),
        Column("last_error", Text, nullable=False),
    )
    op.create_index("ix_outbox_logout_id", "outbox", ["logout_id"])
    op.create_index("ix_outbox_state", "outbox", ["state", "next_attempt_at"])
    op.create_table(
        "signing_keys",
        Column("kid", Text, primary_key=True),
        Column("alg", Text, nullable=False),
        Column("sealed_private", LargeBinary, nullable=False),
        Column("public_jwk", Text, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("active_from", _Moment, nullable=False),
        Column("retired_at", _Moment),
        Column("erase_after", _Moment),
        Column("erased_at", _Moment),
    )
    op.create_table(
        "config_version",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("version", BigInteger, nullable=False),
        CheckConstraint("id = 1", name="one_row"),
    )
    op.execute("INSERT INTO config_version (id, version) VALUES (1, 1)")
