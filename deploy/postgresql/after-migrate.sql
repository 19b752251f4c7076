-- Run as hpid_owner after `hpid init` and after each `hpid migrate`; it can be repeated. What no node ever does, it may not.

-- The record only grows. Triggers keep that too (migrations/audit_triggers.py); this is a second lock with another key.
REVOKE DELETE ON audit_events, audit_head FROM hpid_node;
-- Which revision the schema has is the owner's to say.
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM hpid_node;
