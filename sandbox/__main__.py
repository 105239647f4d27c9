"""Command line: `python -m sandbox`."""

import argparse
import asyncio
import logging
import os
import sys
from functools import partial
from pathlib import Path

from sandbox.app import make_app
from sandbox.config import Config
from sandbox.dns_server import serve_names
from sandbox.keys import load_keys
from sandbox.notifications.telling import tell_changes
from sandbox.scenario import DOMAINS, seed
from sandbox.server import PortTaken, bind, serve
from sandbox.store import Debounced, load_state, save_state
from sandbox.tls import ensure_certificates
from sandbox.world import World

log = logging.getLogger("sandbox")

_LAST_PORT = 65535


def read_config(arguments: list[str]) -> Config:
    """The command line, and SANDBOX_CLIENT_SECRET of the environment. Exits 2 with a message if wrong."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Microsoft 365 tenant to try with.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8020, help="plain http, and DNS by UDP; TLS listens one above")
    parser.add_argument("--portal-url", default="http://localhost:8000")
    parser.add_argument("--data-dir", type=Path, default=Path("var/sandbox"))
    given = parser.parse_args(arguments)
    secret = os.environ.get("SANDBOX_CLIENT_SECRET", "")
    if not 1 <= given.port < _LAST_PORT:
        parser.error(f"--port must be between 1 and {_LAST_PORT - 1}")
    if not secret:
        parser.error("set SANDBOX_CLIENT_SECRET to the app registration's secret")
    return Config(given.host, given.port, given.portal_url.rstrip("/"), given.data_dir, secret)


def open_world(config: Config) -> World:
    """The state of the last run, or the seed if there was none."""
    saved = load_state(config.data_dir)
    world = World(config, load_keys(config.data_dir, DOMAINS), saved or seed(1), seed)
    if saved is None:
        save_state(config.data_dir, world.state)
    return world


async def run(config: Config) -> None:
    """Serves until told to stop, then writes the state down. Raises PortTaken."""
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    sockets = bind(config)
    tls_pem = ensure_certificates(config.data_dir, config.public_host)
    world = open_world(config)
    snapshot = Debounced(partial(_save, world))
    world.changed = partial(_tell_and_save, world, snapshot)
    names = await serve_names(world)
    log.info("sandbox on %s and %s, portal %s", config.http_base, config.https_base, config.portal_url)
    await serve(make_app(world), sockets, tls_pem)
    names.close()
    snapshot.flush()


def _tell_and_save(world: World, snapshot: Debounced) -> None:
    tell_changes(world)
    snapshot()


def _save(world: World) -> None:
    save_state(world.config.data_dir, world.state)


def main() -> int:
    """Exit code: 0 after a signal, 1 when a port is taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = read_config(sys.argv[1:])
    try:
        asyncio.run(run(config))
    except PortTaken as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
