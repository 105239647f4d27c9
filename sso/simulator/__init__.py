"""What a sign-in with given attributes would do, without doing any of it."""
