-- Restores customers from the attached backup, all of it or nothing. The drill and the way back both use this file.
begin immediate;
drop table if exists main.customers;
create table main.customers (id integer primary key, name text not null, email text, created_at text not null);
insert into main.customers (id, name, email, created_at) select id, name, email, created_at from backup.customers order by id;
create index main.customers_by_email on customers (email);
commit;
