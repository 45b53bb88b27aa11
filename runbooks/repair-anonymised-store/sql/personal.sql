-- Events of the store whose address still has a query, and so may tell who it was.
select count(*) from events where instr(path, '?') > 0;
