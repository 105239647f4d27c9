"""Settings on three tiers: who may set what, which value counts, and why."""
