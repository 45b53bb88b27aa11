select count(*) from customers where email_hash is not sha256(cast(nullif(email, '') as blob));
