-- Whether an image is well, in one place: every count and list of healthy, unhealthy and unknown images reads it.
-- Findings at medium or above, unrated or exploited ones make it unhealthy, also when the scan was not complete.
-- Healthy needs a complete result on a distribution we can judge; everything else is unknown.
CREATE FUNCTION image_posture(scan_state text, os_state text, completeness text,
                              critical integer, high integer, medium integer, unrated integer, kev integer) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN critical + high + medium + unrated + kev > 0 THEN 'unhealthy'
              WHEN scan_state = 'done' AND os_state = 'known' AND completeness = 'complete' THEN 'healthy'
              ELSE 'unknown' END;

-- When the flaw was first seen as exploited while something here had it; set by the recount, so that one notice is made.
ALTER TABLE vulnerability ADD COLUMN kev_noticed_at timestamptz(3);
