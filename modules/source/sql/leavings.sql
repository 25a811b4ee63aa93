-- name: sources_of_resource
SELECT id FROM source WHERE resource = $1 ORDER BY id

-- name: forget_messages_of_resource
DELETE FROM source_message_group WHERE source IN (SELECT id FROM source WHERE resource = $1)

-- name: forget_names_of_resource
UPDATE source_run SET detail = '' WHERE source IN (SELECT id FROM source WHERE resource = $1)

-- name: count_answers_of_purpose
SELECT count(*) FROM source_answer WHERE purpose = $1

-- name: erase_answers_of_purpose
DELETE FROM source_answer WHERE purpose = $1
