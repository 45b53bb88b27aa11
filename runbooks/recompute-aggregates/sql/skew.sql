-- By how many percent the average order in daily_revenue is off what the orders say, where an order without an amount
-- says nothing; days weigh as much as they have orders.
with
  told as (select day, shop, avg(amount_cents) as average from orders group by day, shop having average is not null)
select printf('%.1f', 100.0 * sum((daily_revenue.average_cents - told.average) * daily_revenue.orders) / sum(told.average * daily_revenue.orders))
from told join daily_revenue using (day, shop);
