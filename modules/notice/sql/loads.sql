-- name: loads_of_month
SELECT region, orders, forms FROM notice_load WHERE month = $1 ORDER BY region

-- name: take_order
INSERT INTO notice_load (region, month, orders, forms) VALUES ($1, $2, 1, 0)
ON CONFLICT (region, month) DO UPDATE SET orders = notice_load.orders + 1 WHERE notice_load.orders < $3

-- name: take_form
INSERT INTO notice_load (region, month, orders, forms) VALUES ($1, $2, 0, 1)
ON CONFLICT (region, month) DO UPDATE SET forms = notice_load.forms + 1 WHERE notice_load.forms < $3

-- name: all_caps
SELECT kind, most, changed_at, changed_by, row_version FROM notice_cap ORDER BY kind

-- name: put_cap
INSERT INTO notice_cap (kind, most, changed_at, changed_by, row_version) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (kind) DO UPDATE SET most = excluded.most, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
                                 row_version = notice_cap.row_version + 1
