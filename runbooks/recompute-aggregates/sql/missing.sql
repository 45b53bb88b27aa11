-- Days of shops that have orders and no row in daily_revenue.
select count(*) from (select day, shop from orders except select day, shop from daily_revenue);
