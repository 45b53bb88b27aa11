-- A shard of the index. Letters are found with and without their diacritics.
create virtual table docs using fts5(title, body, tokenize = 'unicode61 remove_diacritics 2');
