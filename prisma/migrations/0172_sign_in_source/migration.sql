-- Networks from which a person signed in before: wrong passwords of strangers do not keep them out.
CREATE TABLE sign_in_source (
  user_id text NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  source text NOT NULL,
  last_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, source)
);
