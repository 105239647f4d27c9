"""The servers of this machine: where their data, sockets and secrets are."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal import embedded

PROJECT = Path(embedded.__file__).parents[1]


def mode_of(path: Path) -> int:
    """Who may do what with it."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    assert embedded.kept_secret(path, "first") == "first"
    assert mode_of(path) == 0o600
    assert embedded.kept_secret(path, "second") == "first"


def test_redis_listens_beside_its_data(tmp_path: Path) -> None:
    assert embedded.redis_socket(tmp_path) == tmp_path / "redis.sock"


def test_redis_listens_elsewhere_where_the_path_would_be_too_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    found = embedded.redis_socket(deep)
    assert len(str(found)) <= embedded.LONGEST_SOCKET_PATH
    assert found == embedded.redis_socket(deep), "every process finds the same one"
    assert found != embedded.redis_socket(deep / "f"), "and no other checkout does"


def test_redis_keeps_nothing_on_disk_and_opens_no_port(tmp_path: Path) -> None:
    command = " ".join(embedded.redis_command(tmp_path))
    assert "--port 0 " in command
    assert "--appendonly no" in command
    assert "--unixsocketperm 700" in command


def test_postgres_keeps_its_data_below_the_checkout(tmp_path: Path) -> None:
    assert embedded.postgres_dir(tmp_path) == tmp_path / "postgres"


def test_root_does_not_open_a_home_directory_to_postgres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    place = embedded.postgres_dir(tmp_path / "atrium" / "var")
    assert place.is_relative_to("/var/lib/atrium")
    assert place != embedded.postgres_dir(tmp_path / "another" / "var")


def test_anybody_else_keeps_it_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert embedded.postgres_dir(tmp_path / "var") == tmp_path / "var" / "postgres"


def make_dead_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_processes_that_were_killed_no_longer_count_as_users(tmp_path: Path) -> None:
    handles = tmp_path / ".handle_pids.json"
    handles.write_text(json.dumps([os.getpid(), make_dead_process(), os.getppid()]))
    embedded._forget_dead_handles(handles)
    assert json.loads(handles.read_text()) == [os.getpid(), os.getppid()]


@pytest.mark.parametrize("content", [None, "", "[]"])
def test_a_list_without_users_is_left_alone(tmp_path: Path, content: str | None) -> None:
    handles = tmp_path / ".handle_pids.json"
    if content is not None:
        handles.write_text(content)
    embedded._forget_dead_handles(handles)
    assert (handles.read_text() if handles.exists() else None) == content


def test_what_is_kept_about_the_servers_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / embedded.LOCAL_ENV
    path.write_text("MS_CLIENT_SECRET=old\n")
    path.chmod(0o644)
    embedded.write_local_env(tmp_path, {"PORTAL_URL": "http://localhost:8123", "MS_CLIENT_SECRET": "a=b"})
    assert mode_of(path) == 0o600
    assert path.read_text() == "PORTAL_URL=http://localhost:8123\nMS_CLIENT_SECRET=a=b\n"


OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "PORTAL_URL", "MS_CLIENT_SECRET")
PROVIDE = f"""
import json, os, psycopg2
from portal import embedded
embedded.provide()
connection = psycopg2.connect(os.environ["DATABASE_URL"])
connection.close()
print(json.dumps({{name: os.environ.get(name) for name in {OURS!r}}}))
"""


def provided(var: Path, **given: str) -> dict[str, str]:
    """What a command finds in its environment, given only this."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", PROVIDE],
        cwd=PROJECT,
        env={**inherited, "ATRIUM_VAR": str(var), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_command_in_another_terminal_meets_the_same_servers_and_secrets(tmp_path: Path) -> None:
    kept = {"PORTAL_URL": "http://localhost:8123", "MS_CLIENT_SECRET": "a=b"}
    embedded.write_local_env(tmp_path, kept)

    first = provided(tmp_path)

    assert first["DATABASE_URL"].endswith(f"/atrium?host={tmp_path / 'postgres'}")
    assert first["REDIS_URL"] == f"unix://{embedded.redis_socket(tmp_path)}"
    assert {name: first[name] for name in kept} == kept
    assert mode_of(tmp_path / "secret_key") == mode_of(tmp_path / "field_key") == 0o600
    assert provided(tmp_path) == first


def test_what_the_environment_says_comes_first(tmp_path: Path) -> None:
    embedded.write_local_env(tmp_path, {"PORTAL_URL": "http://localhost:8123"})
    found = provided(tmp_path, PORTAL_URL="http://localhost:9000", REDIS_URL="redis://localhost:6379/0")
    assert found["PORTAL_URL"] == "http://localhost:9000"
    assert found["REDIS_URL"] == "redis://localhost:6379/0"


def test_nothing_is_started_where_there_is_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/atrium")
    monkeypatch.delenv("REDIS_URL", raising=False)
    embedded.provide()
    assert os.environ["DATABASE_URL"] == "postgresql://db.example/atrium"
    assert list(tmp_path.iterdir()) == []
