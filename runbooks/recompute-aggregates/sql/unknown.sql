-- Orders without an amount, from :from on.
select count(*) from orders where amount_cents is null and day >= :from;
