-- One line of JSON for each account, with its typed columns and its phones.
with own as (select account_id, json_group_array(phone order by position) as phones from phones group by account_id)
select json_array(id, name, age, country, newsletter, loyalty_id, json(coalesce(own.phones, '[]')))
from accounts left join own on own.account_id = accounts.id
order by id;
