-- Run once by a superuser. Passwords are set apart, where no history keeps them: \password hpid_owner, \password hpid_node.
-- Then: createdb --owner=hpid_owner --template=template0 --encoding=UTF8 hpid, and grants.sql in it.

-- Owns the tables: `hpid init` and `hpid migrate` log in as this one, nothing else does.
CREATE ROLE hpid_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;

-- Serves: nodes, workers and every other command. It can't change the schema, nor what the record keeps.
CREATE ROLE hpid_node LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 150;
