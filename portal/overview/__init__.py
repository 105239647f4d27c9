"""The Overview of owners and admins: what has to be in place, how far it is, and what puts it right."""
