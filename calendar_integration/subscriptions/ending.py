"""Ending the subscriptions of a mailbox that is disconnected: once, quickly, and without a word where it fails.

What cannot be ended is left to expire. Nobody is harmed meanwhile: notifications of a subscription that we do not know
are ignored.
"""

import logging
from dataclasses import dataclass, field

from calendar_integration import tokens
from calendar_integration.clients.graph_answers import ItemNotFoundError
from calendar_integration.clients.graph_subscriptions import GraphSubscriptions
from calendar_integration.errors import CalendarError, TokensLostError
from calendar_integration.integration_setting import Method
from calendar_integration.models import Connection, Subscription

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leaving:
    """What is needed to end a mailbox's subscriptions once its tokens are gone from the database."""

    remote_ids: tuple[str, ...] = ()
    access_token: str = field(default="", repr=False)


def leaving(connection: Connection) -> Leaving:
    """What there is to end, with the token that is held; nothing where there is none that is fresh."""
    known = Subscription.objects.filter(connection=connection).exclude(remote_id="")
    remote_ids = tuple(known.values_list("remote_id", flat=True)) if connection.method == Method.GRAPH else ()
    if not remote_ids:
        return Leaving()
    try:
        return Leaving(remote_ids, tokens.held_token(connection) or "")
    except TokensLostError:
        return Leaving()


def end(left: Leaving) -> None:
    """Ask Graph to end them; the first that fails is the last that is tried."""
    if not left.access_token:
        return
    graph = GraphSubscriptions(left.access_token)
    try:
        for remote_id in left.remote_ids:
            _delete(graph, remote_id)
    except CalendarError as error:
        logger.info("subscriptions are left to expire: %s", error)


def _delete(graph: GraphSubscriptions, remote_id: str) -> None:
    try:
        graph.delete(remote_id)
    except ItemNotFoundError:
        logger.info("a subscription was gone before it was ended")
