"""Reads of labs: the public directory, a lab's day, free time, claims, bookings."""
