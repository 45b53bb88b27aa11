-- The documents of one shard.
insert into main.docs (rowid, title, body) select id, title, body from documents.documents where shard = :shard order by id;
