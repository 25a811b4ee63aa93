-- A notice, an order that asks for answers, or a form to be filled, as it was sent. `audience` and `questions` are JSON;
-- `channels` words with spaces between. `region` is the sender's: who may follow it from there.
-- reference
CREATE TABLE notice (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('notice', 'order', 'form')),
  state TEXT NOT NULL CHECK (state IN ('sent', 'ended')),
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  audience TEXT NOT NULL,
  channels TEXT NOT NULL,
  questions TEXT NOT NULL,
  region BIGINT NOT NULL,
  department TEXT NOT NULL,
  sent_by TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  due_at BIGINT,
  remind_hours BIGINT NOT NULL,
  recipients BIGINT NOT NULL,
  reminders BIGINT NOT NULL,
  reminded_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- One for each account it was addressed to, at the place it was addressed at. `answer` is sealed JSON.
-- reference
CREATE TABLE notice_receipt (
  notice BIGINT NOT NULL,
  account BIGINT NOT NULL,
  region BIGINT NOT NULL,
  role TEXT NOT NULL,
  read_at BIGINT,
  reminders BIGINT NOT NULL,
  answered_at BIGINT,
  answer BYTEA,
  PRIMARY KEY (notice, account)
);
CREATE INDEX notice_receipt_account ON notice_receipt (account, notice);

-- What is to be handed to a gateway beyond the page.
-- reference
CREATE TABLE notice_delivery (
  notice BIGINT NOT NULL,
  account BIGINT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('text', 'voice', 'webhook')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'handed', 'failed', 'unreachable')),
  attempts BIGINT NOT NULL,
  handed_at BIGINT,
  PRIMARY KEY (notice, account, channel)
);
CREATE INDEX notice_delivery_state ON notice_delivery (notice, state);

-- What a community was asked for in a month (months since year 0), and how much it may be asked for.
-- reference
CREATE TABLE notice_load (
  region BIGINT NOT NULL,
  month BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  forms BIGINT NOT NULL,
  PRIMARY KEY (region, month)
);

-- reference
CREATE TABLE notice_cap (
  kind TEXT NOT NULL PRIMARY KEY CHECK (kind IN ('order', 'form')),
  most BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);

-- A rumour and what is known about it. Who writes it does not publish it. `sources` is JSON.
-- reference
CREATE TABLE notice_rumour (
  id BIGINT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
  claim TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  claimed_on BIGINT,
  verdict TEXT NOT NULL CHECK (verdict IN ('false', 'misleading', 'unproven', 'true')),
  explanation TEXT NOT NULL,
  sources TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  published_at BIGINT,
  withdrawn_at BIGINT,
  row_version BIGINT NOT NULL,
  CHECK (state = 'draft' OR decided_by <> '')
);
CREATE INDEX notice_rumour_state ON notice_rumour (state, id);

-- An alert after CAP 1.2. `update_of` is the alert it replaces or cancels; `areas` are region codes, words with spaces.
-- reference
CREATE TABLE notice_alert (
  id BIGINT NOT NULL PRIMARY KEY,
  identifier TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('Alert', 'Update', 'Cancel')),
  status TEXT NOT NULL CHECK (status IN ('Actual', 'Exercise', 'Test')),
  category TEXT NOT NULL,
  event TEXT NOT NULL,
  urgency TEXT NOT NULL,
  severity TEXT NOT NULL,
  certainty TEXT NOT NULL,
  headline TEXT NOT NULL,
  description TEXT NOT NULL,
  instruction TEXT NOT NULL,
  areas TEXT NOT NULL,
  effective_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  sent_by TEXT NOT NULL,
  update_of BIGINT,
  replaced_by BIGINT,
  row_version BIGINT NOT NULL
);
