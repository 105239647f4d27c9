"""The portal of a running stack as on its first day. A process of its own: the browser tests touch no table."""

import os

import django
from django.core.management import call_command

from portal import embedded

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # The audit log refuses to be emptied by anyone else than the retention command.
    os.environ["PGOPTIONS"] = "-c atrium.retention=on"
    embedded.provide()
    django.setup()
    call_command("flush", interactive=False, verbosity=0)
    call_command("demo", verbosity=0)
