-- Cuts the query off every address: nothing else of the store tells who it was. All of it or nothing.
-- What was cut off must not stay readable in the file.
pragma secure_delete = on;
begin immediate;
update events set path = substr(path, 1, instr(path, '?') - 1) where instr(path, '?') > 0;
commit;
vacuum;
