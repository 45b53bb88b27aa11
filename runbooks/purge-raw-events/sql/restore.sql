-- Restores raw_events from the attached backup beside what has come in since, all of it or nothing. The drill and the way
-- back both use this file.
begin immediate;
create table if not exists main.raw_events (id integer primary key, at text not null, user_id text not null, ip text not null,
  user_agent text not null, path text not null);
insert into main.raw_events (id, at, user_id, ip, user_agent, path)
select id, at, user_id, ip, user_agent, path from backup.raw_events where true order by id
on conflict (id) do nothing;
create index if not exists main.raw_events_by_user on raw_events (user_id);
commit;
