-- The report as a table, one line for each month and shop.
select 'month,shop,orders,revenue_cents'
union all
select * from (
  select substr(day, 1, 7) || ',' || shop || ',' || sum(orders) || ',' || sum(revenue_cents)
  from daily_revenue group by substr(day, 1, 7), shop order by 1
);
