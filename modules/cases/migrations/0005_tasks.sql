-- A task may be offered to whoever holds a role, such as volunteers, until one of them takes it; and everybody asks which
-- tasks are theirs.
ALTER TABLE case_task ADD COLUMN for_role TEXT NOT NULL DEFAULT '';
CREATE INDEX case_task_mine ON case_task (assignee, id) WHERE state = 'open' AND assignee <> '';
CREATE INDEX case_task_role ON case_task (for_role, id) WHERE state = 'open' AND assignee = '';
