-- Which worker process runs a job. The number is that process's advisory lock, which Postgres frees the moment it dies.
CREATE TABLE job_claim (
  job_id uuid PRIMARY KEY,
  worker integer NOT NULL
);
