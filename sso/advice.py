"""What a refused person reads: what happened, what they can do about it, and what a page may offer. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from sso.errors import Reason


class Way(StrEnum):
    """Where a page of a refusal can lead on to."""

    AGAIN = "again"  # the same sign-in once more, where that can end differently
    PASSWORD = "password"  # noqa: S105 - the name of a way
    OTHER = "other"  # the company's sign-in page, where it has more than single sign-on


@dataclass(frozen=True)
class Advice:
    """A title, a few sentences, and the ways on that can help, the best one first; often there is none."""

    title: str
    words: str
    ways: tuple[Way, ...] = ()


# Reasons that would tell a forger something share this one. Starting again changes nothing about any of them.
OTHERWISE = Advice(
    "The sign-in could not be accepted",
    "What your company's identity provider sent could not be accepted here. That is for an administrator of your "
    "company to put right.",
    (Way.OTHER,),
)
NOT_WORKING = Advice(
    "Single sign-on is not ready",
    "Your company's single sign-on is not set up completely. That is for an administrator of your company to put "
    "right.",
    (Way.OTHER,),
)

ADVICE = {
    Reason.NOT_CONFIGURED: Advice(
        "Single sign-on is switched off",
        "Your company does not use single sign-on at the moment. Sign in with your e-mail and password. If you have "
        "never had a password here, choose one by “Forgot your password?” on the next page.",
        (Way.PASSWORD,),
    ),
    Reason.IDP_REFUSED: Advice(
        "Your company did not sign you in",
        "Your company's identity provider said no. If you cancelled, or were somebody else there, start again. "
        "Otherwise ask an administrator of your company to give you access to Atrium.",
        (Way.AGAIN, Way.OTHER),
    ),
    Reason.UNSOLICITED: Advice(
        "Begin the sign-in here",
        "Your company's sign-ins begin here rather than at its identity provider. One click, and you are in.",
        (Way.AGAIN,),
    ),
    Reason.UNKNOWN_REQUEST: Advice(
        "This sign-in is not known here",
        "It was not begun here, or too long ago, perhaps on an old page or by a bookmark.",
        (Way.AGAIN,),
    ),
    Reason.REPLAYED: Advice(
        "This sign-in was used already",
        "Each one works once. Perhaps the page was reloaded, or you came here by the Back button.",
        (Way.AGAIN,),
    ),
    Reason.EXPIRED: Advice("The sign-in took too long", "It was not finished within 15 minutes.", (Way.AGAIN,)),
    Reason.NOT_IN_TIME: Advice(
        "The sign-in was not valid any more",
        "It took too long on its way. If it happens again, a clock at your company is wrong: tell an administrator.",
        (Way.AGAIN,),
    ),
    Reason.WRONG_BROWSER: Advice(
        "The sign-in began in another browser",
        "Sign in in one browser from beginning to end, and allow cookies for this site.",
        (Way.AGAIN,),
    ),
    Reason.NO_EMAIL: Advice(
        "Your e-mail address is missing",
        "Your company's identity provider did not say what it is. Ask an administrator of your company to have it "
        "sent.",
        (Way.OTHER,),
    ),
    Reason.SEVERAL_EMAILS: Advice(
        "More than one e-mail address",
        "Your company's identity provider sent several for you, and it has to be one. Ask an administrator of your "
        "company to change that.",
        (Way.OTHER,),
    ),
    Reason.FOREIGN_DOMAIN: Advice(
        "Your e-mail address is of another domain",
        "It is in none of the domains of this company. If you have another address here, sign in as that. Otherwise "
        "ask an administrator of your company.",
        (Way.OTHER,),
    ),
    Reason.OTHER_IDENTITY: Advice(
        "You are known here by another identity",
        "Your company's identity provider names you differently than before. Ask an administrator of your company to "
        "look at it.",
        (Way.OTHER,),
    ),
    Reason.OWNER_NOT_VOUCHED: Advice(
        "An owner has to agree first",
        "An admin has changed how your company signs in. Sign in with your password, look at it under Single Sign-On, "
        "and let owners use it.",
        (Way.PASSWORD,),
    ),
    Reason.DEACTIVATED: Advice(
        "Your user is deactivated", "You cannot sign in here any more. If that is a mistake, ask an administrator."
    ),
}


def advice_for(reason: Reason, *, is_in_use: bool) -> Advice:
    """What to tell them; `is_in_use` says whether the company has single sign-on switched on."""
    if reason is Reason.NOT_CONFIGURED and is_in_use:
        return NOT_WORKING
    return ADVICE.get(reason, OTHERWISE)


def ways_on(advice: Advice, *, is_in_use: bool, is_enforced: bool) -> tuple[Way, ...]:
    """The ways that lead somewhere: none to what is switched off, none to passwords that are not used."""
    ways = advice.ways if is_in_use or not advice.ways else (Way.PASSWORD,)
    return tuple(way for way in ways if way is not Way.OTHER or not is_enforced)
