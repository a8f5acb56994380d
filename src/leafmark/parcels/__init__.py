"""Parcels: the right carton, the right warehouse, fewer grams per parcel.

    orders x cartons -> parcels -> decision grams (to choose by) | entries (to book, by the engine's methods)

Decision grams are marginal and never posted; booked grams come from the methods of freight and packaging. Names are imported from
the sub-room that does the work, since some compile their kernels at first use.
"""
