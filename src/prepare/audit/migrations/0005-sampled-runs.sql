-- An audit of a random sample of the export: what is asked of the draw, the seed with it, stored before the data are read. Null: of everything.
alter table audit.run add column sample text;
