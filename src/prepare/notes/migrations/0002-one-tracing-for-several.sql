-- Which other run traced the export for this one too; null where it does so itself.
alter table notes.run add column traced_by text references notes.run;
