-- Ten accounts that nobody chose: the profile in the backup, then what became of it.
select then_.id || ': ' || quote(then_.profile) || char(10) || '  → ' ||
  json_object('name', now.name, 'age', now.age, 'country', now.country, 'newsletter', now.newsletter,
    'loyalty_id', now.loyalty_id, 'phones', (select json_group_array(phone order by position) from main.phones where account_id = now.id))
from backup.accounts as then_ join main.accounts as now using (id)
order by sha256(cast(then_.id as text)) limit 10;
