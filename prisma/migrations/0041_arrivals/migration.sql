-- When the first result of an image was accounted for in this place: notices and the day's opened and closed figures are
-- made once per place, whatever is scanned or counted again later.
ALTER TABLE placement ADD COLUMN arrived_at timestamptz(3);
