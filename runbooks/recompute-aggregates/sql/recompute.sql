-- One shop's daily revenue, from :from on. What an order without an amount is for the average is :unknown: as-zero takes
-- it for an order of nothing, left-out for one that says nothing.
insert or replace into daily_revenue (day, shop, orders, revenue_cents, average_cents)
select day, shop, count(*), coalesce(sum(amount_cents), 0),
  round(case :unknown when 'as-zero' then avg(coalesce(amount_cents, 0)) when 'left-out' then avg(amount_cents) end)
from orders where shop = :shop and day >= :from group by day, shop;
