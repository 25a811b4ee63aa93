-- part: holders
SELECT a.id, a.kind, a.department, g.role, g.region, g.department
FROM identity_account a LEFT JOIN identity_grant g
  ON g.account = a.id AND g.ended_at IS NULL AND g.valid_from <= $1 AND (g.valid_until IS NULL OR g.valid_until > $1)
WHERE a.state = 'open' AND a.kind <> 'client' AND a.kind <> 'device'

-- name: all_holders
{holders} ORDER BY a.id, g.id

-- name: holders_of_account
{holders} AND a.id = $2 ORDER BY g.id
