"""Measures: ISO 22400-2 KPIs, machine states, counters, typed answers, intervals, down-sampling and units.

Pure: no database, no Flask. Times are epoch seconds, windows are half-open [start, end), undefined is None and never 0.
"""
