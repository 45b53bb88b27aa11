insert into docs (docs) values ('optimize');
