"""The account's users: found, listed, exported, invited."""
