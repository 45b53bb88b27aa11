-- What was deleted must not stay readable in the file.
vacuum;
