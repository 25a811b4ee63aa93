-- Cases (案卷) and the processes they follow. Instants are microseconds since 1970 in UTC; regions are region ids; people
-- stand as the audit log names them ("account:17").

-- Every version of a process that a package has declared; `text` is its definition as canonical JSON.
-- reference
CREATE TABLE process_version (
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  package TEXT NOT NULL,
  text TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (id, version)
);

-- The version new cases get; `retired` when no package declares the process any more; `migration` says why cases of
-- earlier versions stay on them (empty: they need not, or have moved).
-- reference
CREATE TABLE process_head (
  id TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  retired BIGINT NOT NULL,
  migration TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- One case. `open_mark` is 1 until it is closed; due_at is the largest number while there is no deadline. `content` is
-- sealed: the form, and in whose name it was opened.
-- distributed by: id
CREATE TABLE case_file (
  id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  process TEXT NOT NULL,
  process_version BIGINT NOT NULL,
  state TEXT NOT NULL,
  state_before TEXT NOT NULL,
  stage BIGINT NOT NULL,
  open_mark BIGINT NOT NULL CHECK (open_mark IN (0, 1)),
  place BIGINT NOT NULL,
  longitude DOUBLE PRECISION,
  latitude DOUBLE PRECISION,
  owner BIGINT NOT NULL CHECK (owner > 0),
  department TEXT NOT NULL CHECK (department <> ''),
  assignee TEXT NOT NULL,
  had_before TEXT NOT NULL,
  waits_for TEXT NOT NULL,
  reporter TEXT NOT NULL,
  category TEXT NOT NULL,
  urgency TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  closed_at BIGINT,
  due_at BIGINT NOT NULL,
  rung_at BIGINT,
  wake_at BIGINT,
  left_us BIGINT,
  overdue BIGINT NOT NULL,
  touched BIGINT NOT NULL,
  escalated BIGINT NOT NULL,
  supervised BIGINT NOT NULL,
  reopened BIGINT NOT NULL,
  not_ours BIGINT NOT NULL,
  score BIGINT,
  parent BIGINT NOT NULL,
  photos BIGINT NOT NULL,
  tasks_open BIGINT NOT NULL,
  content BYTEA NOT NULL
);
CREATE INDEX case_inbox ON case_file (waits_for, owner, due_at, id) WHERE open_mark = 1;
CREATE INDEX case_role ON case_file (waits_for, due_at, id) WHERE open_mark = 1;
CREATE INDEX case_mine ON case_file (assignee, due_at, id) WHERE open_mark = 1;
CREATE INDEX case_state ON case_file (process, state, due_at, id) WHERE open_mark = 1;
CREATE INDEX case_wake ON case_file (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX case_place ON case_file (place, id);
CREATE INDEX case_reporter ON case_file (reporter, id);
CREATE INDEX case_parent ON case_file (parent) WHERE parent > 0;

-- What happened to a case, one row for each of its versions. `content` is sealed: words and what was filled in.
-- distributed by: case_id
CREATE TABLE case_step (
  case_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  owner BIGINT NOT NULL,
  department TEXT NOT NULL,
  assignee TEXT NOT NULL,
  late BIGINT NOT NULL,
  content BYTEA,
  PRIMARY KEY (case_id, sequence)
) WITHOUT ROWID; --@sqlite
); --@postgres

-- A part of a case given to others. `content` is sealed: what is to be done, and what came of it.
-- distributed by: case_id
CREATE TABLE case_task (
  case_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  region BIGINT NOT NULL,
  department TEXT NOT NULL,
  assignee TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT,
  closed_by TEXT NOT NULL,
  closed_at BIGINT,
  row_version BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (case_id, id)
);
CREATE INDEX case_task_id ON case_task (id);

-- A picture; case_id is 0 until a case names it, and one that none names goes after a day.
-- reference
CREATE TABLE case_photo (
  id BIGINT NOT NULL PRIMARY KEY,
  case_id BIGINT NOT NULL,
  media TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  stage TEXT NOT NULL
);
CREATE INDEX case_photo_case ON case_photo (case_id, id);

-- Its bytes, sealed: kind 0 as it was sent, 1 without place and other metadata.
-- reference
CREATE TABLE case_photo_body (
  photo BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (photo, kind)
);

-- Who has which duty where and when. `days` holds weekdays 1 to 7 (empty: every day), `hours` "08:00-18:00" (empty: all day).
-- reference
CREATE TABLE duty (
  id BIGINT NOT NULL PRIMARY KEY,
  duty TEXT NOT NULL,
  region BIGINT NOT NULL,
  department TEXT NOT NULL,
  person TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  days TEXT NOT NULL,
  hours TEXT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX duty_standing ON duty (region, duty);

-- The working calendar as people have set it, newest version last. `days` are lines of docs/formats/holidays.md that
-- differ from the State Council's.
-- reference
CREATE TABLE calendar_version (
  version BIGINT NOT NULL PRIMARY KEY,
  hours TEXT NOT NULL,
  days TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL
);

-- An action queued without a network that could not be done. `content` is sealed: what was queued, and why not.
-- reference
CREATE TABLE case_conflict (
  id BIGINT NOT NULL PRIMARY KEY,
  device TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  kind TEXT NOT NULL,
  case_id BIGINT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  done_at BIGINT,
  settled_at BIGINT,
  content BYTEA NOT NULL,
  UNIQUE (device, sequence, actor)
);
CREATE INDEX case_conflict_actor ON case_conflict (actor, id) WHERE settled_at IS NULL;
