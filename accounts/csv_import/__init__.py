"""People and their groups from a CSV file: read and checked without the database, then written as a whole or not."""
