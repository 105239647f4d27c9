"""The end of a connection, by its person or by a setting: tokens go at once, what is held by a worker."""
