-- One shop's daily revenue, from :from on. The average is over the orders that have an amount.
insert or replace into daily_revenue (day, shop, orders, revenue_cents, average_cents)
select day, shop, count(*), coalesce(sum(amount_cents), 0), round(avg(amount_cents))
from orders where shop = :shop and day >= :from group by day, shop;
