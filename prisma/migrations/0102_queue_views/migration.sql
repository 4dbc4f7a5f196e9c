-- The jobs, for everything that only reads them. pg-boss makes and alters its own tables, also after this migration, so the views
-- stand on functions whose text is not bound to them; Postgres plans them as if their text stood in the query.
SET LOCAL check_function_bodies = off;

-- False until a process has opened the queue once: before that the views below cannot be read.
CREATE FUNCTION has_job_queue() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT to_regclass('pgboss.job') IS NOT NULL $$;

CREATE FUNCTION queue_jobs() RETURNS TABLE (id uuid, name text, state text, data jsonb, output jsonb, retry_count integer, retry_limit integer,
    created_on timestamptz, started_on timestamptz, completed_on timestamptz, start_after timestamptz)
  LANGUAGE sql STABLE AS $$
    SELECT id, name, state::text, data, output, retry_count, retry_limit, created_on, started_on, completed_on, start_after
      FROM pgboss.job WHERE NOT starts_with(name, '__') $$;
CREATE VIEW job AS SELECT * FROM queue_jobs();

CREATE FUNCTION queue_names() RETURNS TABLE (name text) LANGUAGE sql STABLE AS $$
  SELECT name FROM pgboss.queue WHERE NOT starts_with(name, '__') $$;
CREATE VIEW job_queue AS SELECT * FROM queue_names();
