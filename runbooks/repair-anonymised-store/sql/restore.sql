-- Restores the events of the store from the attached backup, all of it or nothing. The drill and the way back both use
-- this file.
begin immediate;
drop table if exists main.events;
create table main.events (id integer primary key, day text not null, visitor text not null, network text not null, path text not null);
insert into main.events (id, day, visitor, network, path) select id, day, visitor, network, path from backup.events order by id;
commit;
