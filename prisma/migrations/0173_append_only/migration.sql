-- Partitions are kept by functions of the tables' owner, so that the server may run as a role that owns none of them: it can add
-- to the audit log and read it, and neither change, delete, truncate nor drop anything of it.
CREATE FUNCTION audit_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_kept();

-- Tables that are cut by month, the column that cuts them, and how many days they keep.
CREATE FUNCTION partitioned_tables() RETURNS TABLE (name text, cut_by text, keep_days int) LANGUAGE sql IMMUTABLE AS $$
  VALUES ('delivery', 'received_at', 90), ('status_history', 'at', 800), ('audit_entry', 'at', 800)
$$;

-- Makes the partition of a month and moves its rows out of the default one, where ATTACH would refuse them. False when it is there.
CREATE FUNCTION make_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text := parent || to_char(month, '_YYYY_MM');
  begins timestamptz := date_trunc('month', month)::timestamp AT TIME ZONE 'UTC';
  ends timestamptz := (date_trunc('month', month) + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  cut text;
BEGIN
  SELECT p.cut_by INTO cut FROM partitioned_tables() p WHERE p.name = parent;
  IF cut IS NULL THEN RAISE EXCEPTION '% is not cut by month', parent; END IF;
  IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
  SET LOCAL lock_timeout = '5s';
  EXECUTE format('LOCK TABLE %I, %I IN ACCESS EXCLUSIVE MODE', parent, parent || '_default');
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
  EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', parent || '_default');
  EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved',
                 parent || '_default', cut, cut, part) USING begins, ends;
  EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', parent || '_default');
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, begins, ends);
  RETURN true;
END
$$;

-- Drops the partitions that are past their time by the database's own clock, whatever the caller believes the time to be.
CREATE FUNCTION drop_old_partitions(parent text) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  cut text;
  cutoff timestamptz;
  part text;
BEGIN
  SELECT p.cut_by, clock_timestamp() - make_interval(days => p.keep_days) INTO cut, cutoff FROM partitioned_tables() p WHERE p.name = parent;
  IF cut IS NULL THEN RAISE EXCEPTION '% is not cut by month', parent; END IF;
  SET LOCAL lock_timeout = '5s';
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = parent::regclass AND c.relname ~ ('^' || parent || '_\d{4}_\d{2}$')
       AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::timestamp AT TIME ZONE 'UTC' <= cutoff
     ORDER BY 1
  LOOP
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, part);
    EXECUTE format('DROP TABLE %I', part);
    RETURN NEXT part;
  END LOOP;
  EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', parent || '_default');
  EXECUTE format('DELETE FROM %I WHERE %I < $1', parent || '_default', cut) USING cutoff;
  EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', parent || '_default');
END
$$;
REVOKE ALL ON FUNCTION make_partition(text, date), drop_old_partitions(text) FROM PUBLIC;

-- What the role that the server runs as may do. Called by the owner after every migration; existing jobs of the queue go over to it.
CREATE FUNCTION grant_server_rights(server name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  thing record;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', server);
  EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), server);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', server);
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', server);
  EXECUTE format('GRANT EXECUTE ON FUNCTION make_partition(text, date), drop_old_partitions(text) TO %I', server);
  -- After an import the planner must know how large the tables are; only newer servers can lend that right.
  IF current_setting('server_version_num')::int >= 170000 THEN
    EXECUTE format('GRANT MAINTAIN ON advisory, advisory_range TO %I', server);
  END IF;
  FOR thing IN
    SELECT c.oid::regclass AS name FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE c.oid = 'audit_entry'::regclass OR i.inhparent = 'audit_entry'::regclass
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %I', thing.name, server);
  END LOOP;
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON _prisma_migrations FROM %I', server);
  IF to_regnamespace('pgboss') IS NOT NULL THEN
    EXECUTE format('ALTER SCHEMA pgboss OWNER TO %I', server);
    FOR thing IN
      SELECT c.oid::regclass AS name, c.relkind FROM pg_class c WHERE c.relnamespace = to_regnamespace('pgboss') AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
      EXECUTE format('ALTER %s %s OWNER TO %I', CASE thing.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, thing.name, server);
    END LOOP;
    FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = to_regnamespace('pgboss') LOOP
      EXECUTE format('ALTER ROUTINE %s OWNER TO %I', thing.name, server);
    END LOOP;
    FOR thing IN SELECT t.oid::regtype AS name FROM pg_type t WHERE t.typnamespace = to_regnamespace('pgboss') AND t.typtype IN ('e', 'd') LOOP
      EXECUTE format('ALTER TYPE %s OWNER TO %I', thing.name, server);
    END LOOP;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION grant_server_rights(name) FROM PUBLIC;
