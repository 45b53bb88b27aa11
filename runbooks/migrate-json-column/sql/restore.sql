-- Restores accounts from the attached backup, all of it or nothing. The drill and the way back both use this file.
begin immediate;
drop table if exists main.phones;
drop table if exists main.accounts;
create table main.accounts (id integer primary key, email text not null, profile text, created_at text not null);
insert into main.accounts (id, email, profile, created_at) select id, email, profile, created_at from backup.accounts order by id;
create index main.accounts_by_email on accounts (email);
commit;
