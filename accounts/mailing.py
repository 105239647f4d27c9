"""One mail to each of several people: nobody sees the others' addresses, and one bad address keeps nobody's mail."""

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection

logger = logging.getLogger(__name__)

REFUSED_FOR_GOOD = 500  # https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1


@dataclass(frozen=True)
class Sent:
    """How many mails left us, and whether the rest is worth another try: the server was away or asked us to wait.

    An address that the server refuses for good, or that no mail can have, is not: its mail counts as done.
    """

    taken: int = 0
    is_unfinished: bool = False

    @property
    def is_worth_another_try(self) -> bool:
        """Whether nobody was reached, and trying again may reach somebody. Who was reached is not mailed twice."""
        return self.is_unfinished and not self.taken


def send_to_each(subject: str, text: str, addresses: Sequence[str]) -> Sent:
    """Send the same mail to each address. Nothing is raised for a mail that does not leave: it is logged."""
    taken, is_unfinished = 0, False
    for address in addresses:
        try:
            with get_connection() as connection:
                taken += connection.send_messages([EmailMessage(subject, text, None, [address])]) or 0
        except ValueError:  # an address that no mail can have
            logger.exception("a mail could not be made")
        except smtplib.SMTPRecipientsRefused as error:
            is_unfinished |= any(code < REFUSED_FOR_GOOD for code, _words in error.recipients.values())
            logger.warning("the mail server refused a recipient")
        except OSError:  # every other failure of a mail server or of the way to it
            logger.exception("a mail could not be sent")
            return Sent(taken, is_unfinished=True)
    return Sent(taken, is_unfinished)
