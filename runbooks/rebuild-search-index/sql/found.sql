-- How many documents of this shard each query of the sample finds.
with queries (query) as (
  values ('winter'), ('shoes'), ('winter shoes'), ('"winter shoes"'), ('title : winter'), ('café'), ('cafe'), ('żółć'), ('zołc'),
    ('naïve'), ('naive'), ('ørsted'), ('crème'), ('creme'), ('shard OR index'), ('backup NOT restore'), ('led*'), ('nothing')
)
select query, (select count(*) from docs where docs match query) from queries;
