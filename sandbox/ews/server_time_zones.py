"""GetServerTimeZones.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/getservertimezones-operation
"""

from collections.abc import Iterable

from sandbox.ews.call import Call
from sandbox.ews.responses import each
from sandbox.ews.time_zones import definition
from sandbox.ews.xml import Element, children, find, m
from sandbox.tenant.timezones import WINDOWS_NAMES


def get_server_time_zones(call: Call) -> Element:
    """The zones that are asked for, or all; with their rules unless only names are wanted."""
    wanted = {node.text for node in children(find(call.operation, "m:Ids"))}
    full = call.operation.get("ReturnFullTimeZoneData") != "false"

    def answered(_operation: Element) -> Iterable[Element]:
        names = [name for name in WINDOWS_NAMES if not wanted or name in wanted]
        return [m("TimeZoneDefinitions", [definition("TimeZoneDefinition", name, full=full) for name in names])]

    return each("GetServerTimeZones", [call.operation], answered, lambda: [m("TimeZoneDefinitions")])
