"""Fault drills with real processes: `make drills`. They take minutes, so `make test` leaves them out."""
