"""The ways to Microsoft and back, a person's and an admin's for the company: where a sign-in leads, how it ended."""
