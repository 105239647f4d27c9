"""Measurements, each a script: `python -m bench.audit_csv`. They run in a database that is thrown away."""

from bench import ground

# Before a script imports models, which need Django to be ready.
ground.prepare()
