-- Customers that are not what the backup's customer becomes when the e-mail is hashed.
select
  (select count(*) from (select id, name, email_hash, created_at from main.customers
                         except select id, name, sha256(cast(nullif(email, '') as blob)), created_at from backup.customers))
+ (select count(*) from (select id, name, sha256(cast(nullif(email, '') as blob)), created_at from backup.customers
                         except select id, name, email_hash, created_at from main.customers));
