-- name: find_answer
SELECT id, answer, answered_at, expires_at FROM source_answer
WHERE source = $1 AND question = $2 AND purpose = $3 AND inputs = $4 AND expires_at > $5

-- name: keep_answer
INSERT INTO source_answer (id, source, question, purpose, inputs, answer, answered_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (source, question, purpose, inputs) DO UPDATE SET id = excluded.id, answer = excluded.answer,
  answered_at = excluded.answered_at, expires_at = excluded.expires_at

-- name: forget_answers
DELETE FROM source_answer WHERE source = $1

-- name: lapsed_answers
SELECT COUNT(*) FROM source_answer WHERE expires_at <= $1

-- name: erase_lapsed_answers
DELETE FROM source_answer WHERE expires_at <= $1

-- name: count_question
INSERT INTO source_question (source, question, answered, kept, unknown, waited_ms, last_ms, last_answered_at, last_unknown_at, last_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (source, question) DO UPDATE SET answered = source_question.answered + excluded.answered,
  kept = source_question.kept + excluded.kept, unknown = source_question.unknown + excluded.unknown,
  waited_ms = source_question.waited_ms + excluded.waited_ms,
  last_ms = CASE WHEN excluded.answered > 0 THEN excluded.last_ms ELSE source_question.last_ms END,
  last_answered_at = COALESCE(excluded.last_answered_at, source_question.last_answered_at),
  last_unknown_at = COALESCE(excluded.last_unknown_at, source_question.last_unknown_at),
  last_reason = CASE WHEN excluded.unknown > 0 THEN excluded.last_reason ELSE source_question.last_reason END

-- name: question_counts
SELECT question, answered, kept, unknown, waited_ms, last_ms, last_answered_at, last_unknown_at, last_reason
FROM source_question WHERE source = $1 ORDER BY question

-- An answer counts only while the source stands as it was when it was asked.
-- name: source_answered
UPDATE source SET last_run_at = $3, last_ok_at = $3, last_error = '' WHERE id = $1 AND version = $2 AND state = 'active'
