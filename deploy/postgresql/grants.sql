-- Run in the database by a superuser, before the first `hpid init`: it holds for every table that the owner makes later.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO hpid_owner;
GRANT USAGE ON SCHEMA public TO hpid_node;
ALTER DEFAULT PRIVILEGES FOR ROLE hpid_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hpid_node;

-- Who may connect at all, in this database.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO hpid_node', current_database());
END
$$;
