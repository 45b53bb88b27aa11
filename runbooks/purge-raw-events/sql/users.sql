-- Different users among the raw events.
select count(distinct user_id) from raw_events;
