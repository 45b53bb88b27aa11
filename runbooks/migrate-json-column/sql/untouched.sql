-- Whether everything but the profile has the checksum that it has in the backup.
with
  here as (select sha256(group_concat(json_array(id, email, created_at), char(10) order by id)) as checksum from main.accounts),
  there as (select sha256(group_concat(json_array(id, email, created_at), char(10) order by id)) as checksum from backup.accounts)
select case when here.checksum = there.checksum then 'same' else 'different' end from here, there;
