-- The raw events of one batch become events of the store: the day for the time, a keyed hash that is another one every
-- day for the user, two bytes of an IPv4 address and two groups of an IPv6 one, and no user agent.
insert into store.events (id, day, visitor, network, path)
select
  id,
  substr(at, 1, 10),
  substr(hmac(:key, substr(at, 1, 10) || ' ' || user_id), 1, 16),
  case when instr(ip, ':') > 0
    then substr(ip, 1, instr(ip, ':') + instr(substr(ip, instr(ip, ':') + 1), ':') - 1) || '::/32'
    else substr(ip, 1, instr(ip, '.') + instr(substr(ip, instr(ip, '.') + 1), '.') - 1) || '.0.0/16'
  end,
  path
from raw_events where id > :after and id <= :upto
on conflict (id) do nothing;
