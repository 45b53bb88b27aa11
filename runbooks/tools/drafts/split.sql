-- Splits accounts.profile into typed columns and the table phones, then drops it. All of it or nothing.
-- A dropped column must not stay readable in the file.
pragma secure_delete = on;

begin immediate;

alter table accounts add column name text;
alter table accounts add column age integer;
alter table accounts add column country text;
alter table accounts add column newsletter integer;
alter table accounts add column loyalty_id text;
create table phones (account_id integer not null, position integer, phone text not null);

update accounts set
  name = profile ->> '$.name',
  age = profile ->> '$.age',
  country = profile ->> '$.country',
  newsletter = profile ->> '$.newsletter',
  loyalty_id = profile ->> '$.loyalty_id'
where json_valid(profile);

insert into phones
select accounts.id, each.key + 1, each.value from accounts, json_each(accounts.profile, '$.phones') as each
where json_valid(accounts.profile);

alter table accounts drop column profile;
commit;

vacuum;
