"""Freight: transport chains of legs and hubs, well to wheel, and parcel networks by the parcel.

    legs --read--> sound legs + refused rows --book--> entries (the engine's) + chains + lanes

A chain is an ordered list of elements, each a transport operation (tonne-kilometres by an intensity) or a hub operation (energy and
leaks by throughput). Everything that makes a tonne-kilometre dirty or clean, empty running and load above all, is inside the
intensity: no column of a leg can apply it again.

    from leafmark.parcels.freight import book, sums
"""

from leafmark.parcels.freight.booking import Booked, book
from leafmark.parcels.freight.distance import great_circle_km
from leafmark.parcels.freight.intensity import Intensity, intensity, intensity_pack
from leafmark.parcels.freight.network import network
from leafmark.parcels.freight.sums import Sums, sums
from leafmark.parcels.freight.tables import LEGS_SCHEMA, FreightError

__all__ = [
    "LEGS_SCHEMA", "Booked", "FreightError", "Intensity", "Sums", "book", "great_circle_km", "intensity", "intensity_pack", "network",
    "sums",
]  # fmt: skip
