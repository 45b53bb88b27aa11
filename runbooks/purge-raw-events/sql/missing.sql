-- Raw events that are not in the store.
select count(*) from (select id from main.raw_events except select id from store.events);
