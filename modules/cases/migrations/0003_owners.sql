-- Lists of small areas ask what a region owns besides what lies in it, and what is due is looked through page by page.
CREATE INDEX case_owner ON case_file (owner, id);
CREATE INDEX case_wake_order ON case_file (wake_at, id) WHERE wake_at IS NOT NULL;
DROP INDEX case_wake;
