-- One ranking everywhere: known exploited, with a fix, severity, probability times exposure.
DROP INDEX flaw_total_priority;
CREATE INDEX flaw_total_priority ON flaw_total
  (is_demo, (-((is_exploited::int * 1000 + (fixable_places > 0)::int * 100 + severity_rank * 10
    + coalesce(epss, 0) * images / (images + 1.0)))), vulnerability_id);
