-- name: add_person
INSERT INTO notice_person (notice, recipient, content) VALUES ($1, $2, $3)

-- name: person_of
SELECT content FROM notice_person WHERE notice = $1 AND recipient = $2

-- name: forget_people
UPDATE notice_person SET content = $2 WHERE notice = $1
