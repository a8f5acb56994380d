"""Events: a broadcast or event on site, hybrid or in the cloud, on one functional unit.

event.toml + activities.csv --read_event--> Event --count--> entries of the engine --differences--> which variant, by how much, how sure
"""

from leafmark.inventory.events.comparing import Difference, Even, Span, Staff, differences, invented, span, staff
from leafmark.inventory.events.counting import Counted, Entry, Setting, count
from leafmark.inventory.events.reading import names_of, read_event
from leafmark.inventory.events.tables import KINDS, SPREAD, Activity, Event, EventError, Refused, as_record

__all__ = [
    "KINDS", "SPREAD", "Activity", "Counted", "Difference", "Entry", "Even", "Event", "EventError", "Refused", "Setting", "Span", "Staff", "as_record",
    "count", "differences", "invented", "names_of", "read_event", "span", "staff",
]  # fmt: skip
