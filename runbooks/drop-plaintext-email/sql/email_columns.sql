select count(*) from pragma_table_info('customers') where name = 'email';
