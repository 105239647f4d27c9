"""The organisations Microsoft 365 would host: people, policies, grants and mailboxes."""
