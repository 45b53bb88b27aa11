-- The store: one row for each raw event, so that a batch done twice changes nothing.
create table if not exists events (id integer primary key, day text not null, visitor text not null, network text not null, path text not null);
create table if not exists instance (name text not null);
insert into instance select 'store-' || lower(hex(randomblob(3))) where not exists (select 1 from instance);
