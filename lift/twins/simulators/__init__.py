"""Simulators and behaviour models: pure, no database, no Flask.

`registry` lists what a what-if can run; `machining` is the behaviour model of the machining cell.
"""
