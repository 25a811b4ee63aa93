-- 1 once a timer looks after it (demand_reminders.h).
ALTER TABLE demand ADD COLUMN watched BIGINT NOT NULL DEFAULT 0;
