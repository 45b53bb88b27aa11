-- Events of the store that have an e-mail in their address.
select count(*) from events where path like '%email=%';
