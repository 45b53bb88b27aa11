-- Rows of daily_revenue that the orders from :from on give.
select count(*) from (select distinct day, shop from orders where day >= :from);
