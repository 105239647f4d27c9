"""The operations there are, by the name of their request."""

from collections.abc import Callable

from sandbox.ews.call import Call
from sandbox.ews.convert_id import convert_id
from sandbox.ews.create_item import create_item
from sandbox.ews.find_item import find_items
from sandbox.ews.folder_operations import find_folders, get_folder, sync_folder_hierarchy
from sandbox.ews.items import get_item
from sandbox.ews.resolve_names import resolve_names
from sandbox.ews.server_time_zones import get_server_time_zones
from sandbox.ews.subscriptions import get_events, subscribe, unsubscribe
from sandbox.ews.sync_items import sync_folder_items
from sandbox.ews.xml import Element

OPERATIONS: dict[str, Callable[[Call], Element]] = {
    "ConvertId": convert_id,
    "CreateItem": create_item,
    "FindFolder": find_folders,
    "FindItem": find_items,
    "GetEvents": get_events,
    "GetFolder": get_folder,
    "GetItem": get_item,
    "GetServerTimeZones": get_server_time_zones,
    "ResolveNames": resolve_names,
    "Subscribe": subscribe,
    "SyncFolderHierarchy": sync_folder_hierarchy,
    "SyncFolderItems": sync_folder_items,
    "Unsubscribe": unsubscribe,
}
