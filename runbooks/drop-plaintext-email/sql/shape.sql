-- How customers, its indexes and its triggers are declared, one a line.
select type, name, sql from sqlite_schema where tbl_name = 'customers' order by type, name;
