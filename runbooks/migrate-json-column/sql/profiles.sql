-- Accounts that have something written in their profile.
select count(*) from accounts where trim(profile) not in ('', 'null', '{}', '[]');
