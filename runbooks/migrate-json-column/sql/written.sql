-- One line of JSON for each account, with its profile as it is written.
select json_array(id, profile) from accounts order by id;
