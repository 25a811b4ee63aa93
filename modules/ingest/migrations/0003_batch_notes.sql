-- What the sender of a batch should know besides refused rows: sheets passed over, macros not run. Message ids with arguments.
ALTER TABLE batch ADD COLUMN notes TEXT NOT NULL DEFAULT '';
