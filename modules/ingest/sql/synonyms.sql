-- name: synonyms_of_resource
SELECT field, word, choice, added_by, added_at FROM choice_synonym WHERE resource = $1 ORDER BY field, choice, normal

-- name: synonym_lists_of_resource
SELECT field, version, changed_by, changed_at FROM synonym_list WHERE resource = $1

-- name: add_synonym_list
INSERT INTO synonym_list (resource, field, version, changed_by, changed_at) VALUES ($1, $2, 1, $3, $4)

-- name: move_synonym_list
UPDATE synonym_list SET version = version + 1, changed_by = $4, changed_at = $5
WHERE resource = $1 AND field = $2 AND version = $3

-- name: add_synonym
INSERT INTO choice_synonym (resource, field, normal, word, choice, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: drop_synonym
DELETE FROM choice_synonym WHERE resource = $1 AND field = $2 AND normal = $3

-- The newest open rows refused for a word that is no choice of the field.
-- name: unknown_choice_rows
-- scatter: rows of all batches of a resource
SELECT r.batch, r.line, r.original, r.sealed_as FROM refused_row r JOIN batch b ON b.id = r.batch
WHERE b.resource = $1 AND r.field = $2 AND r.reason = 'refuse.choice.unknown' AND r.state = 'open'
ORDER BY r.batch DESC, r.line LIMIT $3
