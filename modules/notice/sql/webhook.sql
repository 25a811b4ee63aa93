-- name: webhook_now
SELECT url, secret, changed_by, changed_at, handed, failures, error, error_at, last_ok_at FROM notice_webhook WHERE id = 1

-- name: put_webhook
INSERT INTO notice_webhook (id, url, secret, changed_by, changed_at, handed, failures, error, error_at, last_ok_at)
VALUES (1, $1, $2, $3, $4, 0, 0, '', NULL, NULL)
ON CONFLICT (id) DO UPDATE SET url = $1, secret = $2, changed_by = $3, changed_at = $4, failures = 0, error = '', error_at = NULL

-- name: remove_webhook
DELETE FROM notice_webhook WHERE id = 1

-- name: note_webhook
UPDATE notice_webhook SET handed = handed + $1, failures = CASE WHEN $2 = '' THEN 0 ELSE failures + 1 END, error = $2,
       error_at = CASE WHEN $2 = '' THEN error_at ELSE $3 END, last_ok_at = CASE WHEN $1 = 0 THEN last_ok_at ELSE $3 END
WHERE id = 1
