"""How the mailboxes of people stand: in lists, in pictures, in numbers, and as an alarm. Never what is in them."""
