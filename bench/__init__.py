"""Measurements, each a script: `python -m bench.audit_csv`. They run in a database that is thrown away."""

from django.apps import apps

from bench import ground

# Before a script imports models, which need Django to be ready. Tests, which bring a portal of their own, keep it.
if not apps.ready:
    ground.prepare()
