"""What refreshing a token costs: MSAL, its discovery and the token request, against the sandbox's sign-in service."""

import tempfile
import time
from pathlib import Path

from django.conf import settings

from calendar_integration import tokens
from calendar_integration.wire import http
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.synced import make_connected
from tests.sandbox.running import CLIENT_ID, SECRET, Sandbox, free_port, launch, wait_until_up


def refresh_cpu(times: int) -> float:
    """Milliseconds of this process's CPU for each of so many refreshes, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        port, data = free_port(), Path(folder) / "sandbox"
        process = launch(data, port)
        try:
            wait_until_up(process, port)
            return _measured(Sandbox(port, data, process), times)
        finally:
            process.terminate()
            process.wait()


def _measured(microsoft: Sandbox, times: int) -> float:
    settings.MS_AUTHORITY_HOST, settings.MS_GRAPH_URL = microsoft.https, microsoft.graph
    settings.MS_CA_BUNDLE, settings.MS_CLIENT_SECRET = str(microsoft.data_dir / "ca.pem"), SECRET
    settings.MS_CLIENT_ID = CLIENT_ID
    http.forget_everything()
    connection = make_connected(microsoft)
    spent = 0.0
    for _ in range(times):
        let_expire(connection)
        before = time.process_time()
        tokens.access_token(connection)
        spent += time.process_time() - before
    return spent / times * 1000
