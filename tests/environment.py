"""Loaded before anything else of a test run: the embedded database, and where the portal thinks it is."""

import os

from portal import embedded

# The sandbox of the tests knows the portal under this address.
os.environ["PORTAL_URL"] = "http://localhost:8000"
os.environ.setdefault("ATRIUM_VAR", "var/test")
os.environ["MS_CLIENT_ID"] = "5b8a1f60-3c1e-4d0a-9f57-a7d0c0ffee01"
embedded.provide()
