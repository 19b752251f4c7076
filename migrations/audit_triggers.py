"""The triggers that make the audit log append-only, on both engines (DESIGN 5.9).

No row is deleted. Only `leaf_index` (NULL → number) and payload and salt (→ NULL) ever change. A row comes
without a number. On SQLite a REPLACE deletes without firing a DELETE trigger, so whatever it could replace
is refused too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_FIXED = ("event_id", "type", "at", "actor", "subject_ref", "payload_digest", "txn")
_REFUSED = "audit_events is append-only"
_PAYLOAD_STAYS_OR_GOES = " AND ".join(
    f"(NEW.{name} IS NOT DISTINCT FROM OLD.{name} OR NEW.{name} IS NULL)" for name in ("payload", "salt")
)
_ALLOWED = (
    " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _FIXED)
    + f" AND {_PAYLOAD_STAYS_OR_GOES}"
    + " AND (NEW.leaf_index IS NOT DISTINCT FROM OLD.leaf_index OR OLD.leaf_index IS NULL)"
)
_ID_IS_TAKEN = "EXISTS (SELECT 1 FROM audit_events WHERE event_id = NEW.event_id)"
_NUMBER_IS_TAKEN = "EXISTS (SELECT 1 FROM audit_events WHERE leaf_index = NEW.leaf_index)"

_SQLITE = (
    f"""CREATE TRIGGER audit_events_insert BEFORE INSERT ON audit_events
        WHEN NEW.leaf_index IS NOT NULL
          OR {_ID_IS_TAKEN}
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events
        WHEN NOT ({_ALLOWED})
          OR (OLD.leaf_index IS NULL AND {_NUMBER_IS_TAKEN})
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
)

_POSTGRESQL = (
    f"""CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER audit_events_insert BEFORE INSERT ON audit_events FOR EACH ROW
       WHEN (NEW.leaf_index IS NOT NULL) EXECUTE FUNCTION audit_events_refuse()""",
    f"""CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events FOR EACH ROW
        WHEN (NOT ({_ALLOWED})) EXECUTE FUNCTION audit_events_refuse()""",
    """CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events FOR EACH ROW
       EXECUTE FUNCTION audit_events_refuse()""",
    """CREATE TRIGGER audit_events_truncate BEFORE TRUNCATE ON audit_events
       EXECUTE FUNCTION audit_events_refuse()""",
)

AUDIT_TRIGGERS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""Engine → statements, in order."""


@contextmanager
def numbered_rows_may_come(connection: Connection) -> Iterator[None]:
    """Let rows of a back-up come with their numbers, until the end; rolled back with everything else."""
    if connection.dialect.name == "sqlite":
        found = "SELECT sql FROM sqlite_schema WHERE name = 'audit_events_insert'"
        made_by = connection.exec_driver_sql(found).scalar_one()
        connection.exec_driver_sql("DROP TRIGGER audit_events_insert")
        yield
        connection.exec_driver_sql(made_by)
        return
    connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER audit_events_insert")
    yield
    connection.exec_driver_sql("ALTER TABLE audit_events ENABLE TRIGGER audit_events_insert")
