"""The ways to Microsoft and back, a person's and an admin's for the company, from where a sign-in leads to its outcome."""
