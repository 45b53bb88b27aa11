select count(*) from customers where email <> '';
