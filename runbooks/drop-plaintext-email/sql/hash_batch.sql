-- SHA-256 over the bytes of the e-mail; nobody's e-mail (null or empty) has no hash. A batch done before changes nothing.
update customers set email_hash = sha256(cast(nullif(email, '') as blob))
where id > :after and id <= :upto and email_hash is not sha256(cast(nullif(email, '') as blob));
