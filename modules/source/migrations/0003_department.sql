-- Whose a source is that brings no rows and so has no resource whose provider would say it.
ALTER TABLE source ADD COLUMN department TEXT NOT NULL DEFAULT '';
