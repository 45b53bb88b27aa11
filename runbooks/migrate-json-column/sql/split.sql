-- Splits accounts.profile into typed columns and the table phones, then drops it. All of it or nothing.
-- A dropped column must not stay readable in the file.
pragma secure_delete = on;

begin immediate;

-- The profile as the application reads it: text within text is unpacked, of a key that stands twice the last one
-- counts (json_patch does that), NaN is no value, and what is no object counts as an empty one.
create temp table plain as
select id, case when json_valid(profile, 2) and json_type(profile) = 'text' then profile ->> '$' else profile end as profile
from accounts;
create temp table read (id integer primary key, profile text not null);
insert into read
select id, case when json_valid(profile, 2) and json_type(profile) = 'object' then json_patch('{}', profile) else '{}' end
from plain;

alter table accounts add column name text;
alter table accounts add column age integer check (typeof(age) in ('integer', 'null') and age between 0 and 150);
alter table accounts add column country text check (length(country) = 2);
alter table accounts add column newsletter integer check (newsletter in (0, 1));
alter table accounts add column loyalty_id text check (loyalty_id not glob '*[^0-9]*');
create table phones (account_id integer not null, position integer not null, phone text not null, primary key (account_id, position)) without rowid;

update accounts set
  name = read.profile ->> '$.name',
  -- A whole number from 0 to 150, also one written as text; true is none.
  age = case
    when json_type(read.profile, '$.age') in ('integer', 'real', 'text')
      and read.profile ->> '$.age' <> '' and read.profile ->> '$.age' not glob '*[^0-9]*'
      and cast(read.profile ->> '$.age' as integer) <= 150
    then cast(read.profile ->> '$.age' as integer) end,
  country = coalesce(read.profile ->> '$.country', read.profile ->> '$.address.country', read.profile ->> '$.address[0].country'),
  newsletter = case when read.profile ->> '$.newsletter' in (1, 'yes', 'true') then 1 when read.profile ->> '$.newsletter' in (0, 'no', 'false') then 0 end,
  -- As it is written: it may have more digits than an integer holds.
  loyalty_id = trim(read.profile -> '$.loyalty_id', '"')
from read where read.id = accounts.id;

-- One phone, a list, or lists in lists; in the order in which they stand.
insert into phones
select read.id, row_number() over (partition by read.id order by tree.id), tree.value
from read, json_tree(read.profile, '$.phones') as tree
where tree.type = 'text' and tree.value <> '';

alter table accounts drop column profile;
commit;

vacuum;
