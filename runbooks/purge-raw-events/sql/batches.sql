-- The last id of each batch of 10,000 raw events, and how many are done then.
select id, place from (
  select id, row_number() over (order by id) as place, count(*) over () as total from raw_events
) where place % 10000 = 0 or place = total order by id;
