"""Change notifications on their way to the application: what they say, and the posting."""
