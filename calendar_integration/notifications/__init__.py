"""Graph's change notifications: read, checked, and turned into mailboxes that are due. They are hints, no data."""
