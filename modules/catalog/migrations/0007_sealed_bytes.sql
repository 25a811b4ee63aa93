-- Sealed bytes do not compress, so PostgreSQL does not try, and a block stays in its row where a page holds it.
ALTER TABLE record_slice_block ALTER COLUMN body SET STORAGE EXTERNAL; --@postgres
ALTER TABLE record_slice_block SET (toast_tuple_target = 8160); --@postgres
ALTER TABLE record_slice_body ALTER COLUMN body SET STORAGE EXTERNAL; --@postgres
ALTER TABLE record_slice_body ALTER COLUMN places SET STORAGE EXTERNAL; --@postgres
ALTER TABLE record_slice_body ALTER COLUMN row_keys SET STORAGE EXTERNAL; --@postgres
