-- How many accounts more or fewer there are than in the attached backup.
select (select count(*) from main.accounts) - (select count(*) from backup.accounts);
