"""Groups: what they are called, who is in them, and in which order they count."""
