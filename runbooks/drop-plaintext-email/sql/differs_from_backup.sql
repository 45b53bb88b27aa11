-- Customers that stand only here, or only in the backup, to the byte.
select
  (select count(*) from (select id, name, email, created_at from main.customers
                         except select id, name, email, created_at from backup.customers))
+ (select count(*) from (select id, name, email, created_at from backup.customers
                         except select id, name, email, created_at from main.customers));
