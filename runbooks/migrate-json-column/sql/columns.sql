-- Columns of accounts named profile.
select count(*) from pragma_table_info('accounts') where name = 'profile';
