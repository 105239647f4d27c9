"""Keeping a mailbox and its rows alike: plan (pure), apply (set-based), engine, leases, schedule."""
