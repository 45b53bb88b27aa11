-- Whether everything but the query of addresses is as it is in the backup.
with
  here as (select sha256(group_concat(json_array(id, day, visitor, network, path), char(10) order by id)) as checksum from main.events),
  there as (select sha256(group_concat(json_array(id, day, visitor, network, substr(path, 1, instr(path || '?', '?') - 1)), char(10) order by id)) as checksum
    from backup.events)
select case when here.checksum = there.checksum then 'same' else 'different' end from here, there;
