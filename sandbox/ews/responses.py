"""The answer of an operation: one response message for each thing that was asked for, good or bad.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsemessages
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sandbox.ews.errors import EwsError
from sandbox.ews.xml import Element, m

Asked = TypeVar("Asked")
Content = Callable[[], Iterable[Element]]


def response(operation: str, messages: Iterable[Element]) -> Element:
    """The whole answer."""
    return m(f"{operation}Response", [m("ResponseMessages", messages)])


def success(operation: str, content: Iterable[Element]) -> Element:
    """A good answer."""
    return m(f"{operation}ResponseMessage", [m("ResponseCode", "NoError"), *content], ResponseClass="Success")


def failure(operation: str, error: EwsError, content: Iterable[Element] = ()) -> Element:
    """A bad one, which does not spoil those beside it."""
    said = [m("MessageText", error.message), m("ResponseCode", error.code), m("DescriptiveLinkKey", "0")]
    return m(f"{operation}ResponseMessage", [*said, *content], ResponseClass="Error")


def warning(operation: str, error: EwsError, content: Iterable[Element]) -> Element:
    """A good answer about which something has to be said."""
    made = failure(operation, error, content)
    made.set("ResponseClass", "Warning")
    return made


def each(
    operation: str,
    asked: Iterable[Asked],
    answered: Callable[[Asked], Iterable[Element]],
    on_error: Content = tuple,
) -> Element:
    """A response message for everything that was asked for, in the same order; `on_error` adds to bad ones."""
    return response(operation, [_message(operation, one, answered, on_error) for one in asked])


def _message(operation: str, one: Asked, answered: Callable[[Asked], Iterable[Element]], on_error: Content) -> Element:
    try:
        return success(operation, answered(one))
    except EwsError as error:
        return failure(operation, error, on_error())
