-- One shop's daily revenue, from :from on.
insert or replace into daily_revenue (day, shop, orders, revenue_cents, average_cents)
select day, shop, count(*), sum(coalesce(amount_cents, 0)), round(avg(coalesce(amount_cents, 0)))
from orders where shop = :shop and day >= :from group by day, shop;
