"""Domains that an account says are its own, and how it shows that they are."""
