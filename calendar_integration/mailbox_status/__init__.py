"""How a person's mailbox stands, in words, and where it is said: on pages, above them, in the list of users."""
