-- Restores daily_revenue from the attached backup, all of it or nothing. The drill and the way back both use this file.
begin immediate;
drop table if exists main.daily_revenue;
create table main.daily_revenue (day text not null, shop text not null, orders integer not null, revenue_cents integer not null,
  average_cents integer, primary key (day, shop));
insert into main.daily_revenue (day, shop, orders, revenue_cents, average_cents)
select day, shop, orders, revenue_cents, average_cents from backup.daily_revenue order by rowid;
commit;
