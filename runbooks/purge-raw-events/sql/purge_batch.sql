-- Deletes one batch of raw events, and only what the store has.
delete from raw_events where id > :after and id <= :upto and id in (select id from store.events);
