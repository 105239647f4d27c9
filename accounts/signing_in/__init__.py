"""What surrounds a sign-in: where people are signed in, for how long, and by which means."""
