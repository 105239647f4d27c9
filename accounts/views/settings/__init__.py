"""The settings pages of the account, of groups and of people."""
