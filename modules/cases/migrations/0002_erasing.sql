-- Cases that have been closed for as long as their form is kept, found by the daily round.
CREATE INDEX case_closed ON case_file (process, closed_at) WHERE open_mark = 0;
CREATE INDEX case_conflict_case ON case_conflict (case_id) WHERE case_id > 0;
