-- Restores raw_events from the attached backup, all of it or nothing. The drill and the way back both use this file.
begin immediate;
drop table if exists main.raw_events;
create table main.raw_events (id integer primary key, at text not null, user_id text not null, ip text not null,
  user_agent text not null, path text not null);
insert into main.raw_events (id, at, user_id, ip, user_agent, path)
select id, at, user_id, ip, user_agent, path from backup.raw_events order by id;
create index main.raw_events_by_user on raw_events (user_id);
commit;
