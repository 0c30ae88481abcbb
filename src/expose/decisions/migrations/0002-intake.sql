-- A row of a batch is written before the batch itself, whose entry of the ledger is appended last, and by the million:
-- a reference to be looked up for each row costs more than the row. Nothing of a batch is ever deleted, and the root in
-- the ledger commits to every row.
alter table decisions.batch_record drop constraint batch_record_batch_fkey;
