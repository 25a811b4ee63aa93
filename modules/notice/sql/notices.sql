-- name: add_notice
INSERT INTO notice (id, kind, state, title, body, audience, channels, questions, region, department, sent_by, sent_at, due_at,
                    remind_hours, recipients, reminders, reminded_at, ended_at, ended_by, row_version, of_case)
VALUES ($1, $2, 'sent', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, NULL, NULL, '', 1,
        CASE WHEN $10 LIKE 'process:%' THEN 1 ELSE 0 END)

-- name: notice_by_id
SELECT id, kind, state, title, body, audience, channels, questions, region, department, sent_by, sent_at, due_at, remind_hours,
       recipients, reminders, reminded_at, ended_at, ended_by, row_version
FROM notice WHERE id = $1

-- name: page_of_notices
SELECT id, kind, state, title, body, audience, channels, questions, region, department, sent_by, sent_at, due_at, remind_hours,
       recipients, reminders, reminded_at, ended_at, ended_by, row_version
FROM notice WHERE id < $1 AND ($3 = '' OR kind = $3) AND of_case = 0 ORDER BY id DESC LIMIT $2

-- name: notices_of_account
SELECT n.id, n.kind, n.state, n.title, n.body, n.audience, n.channels, n.questions, n.region, n.department, n.sent_by, n.sent_at,
       n.due_at, n.remind_hours, n.recipients, n.reminders, n.reminded_at, n.ended_at, n.ended_by, n.row_version,
       r.account, r.region, r.role, r.read_at, r.reminders, r.answered_at, r.answer
FROM notice_receipt r JOIN notice n ON n.id = r.notice
WHERE r.account = $1 AND r.notice < $2 AND ($4 = 0 OR r.read_at IS NULL) ORDER BY r.notice DESC LIMIT $3

-- name: change_notice
UPDATE notice SET row_version = row_version + 1, state = $3, reminders = $4, reminded_at = $5, ended_at = $6, ended_by = $7
WHERE id = $1 AND row_version = $2

-- name: add_receipt
INSERT INTO notice_receipt (notice, account, region, role, read_at, reminders, answered_at, answer)
VALUES ($1, $2, $3, $4, NULL, 0, NULL, NULL)

-- name: receipt_of
SELECT account, region, role, read_at, reminders, answered_at, answer FROM notice_receipt WHERE notice = $1 AND account = $2

-- name: receipts_of
SELECT account, region, role, read_at, reminders, answered_at, answer FROM notice_receipt WHERE notice = $1 ORDER BY account

-- name: read_notice
UPDATE notice_receipt SET read_at = $3 WHERE notice = $1 AND account = $2 AND read_at IS NULL

-- name: answer_notice
UPDATE notice_receipt SET read_at = coalesce(read_at, $3), answered_at = $3, answer = $4
WHERE notice = $1 AND account = $2 AND answered_at IS NULL AND EXISTS (SELECT 1 FROM notice WHERE id = $1 AND state = 'sent')

-- name: remind_unread
UPDATE notice_receipt SET reminders = reminders + 1
WHERE notice = $1 AND (read_at IS NULL OR ($2 = 1 AND answered_at IS NULL))

-- name: count_receipts
SELECT count(*), count(read_at), count(answered_at) FROM notice_receipt WHERE notice = $1

-- name: count_unread_of_account
SELECT count(*) FROM notice_receipt WHERE account = $1 AND read_at IS NULL
