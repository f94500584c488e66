"""Setting LIFT up on one machine and keeping its processes alive: what `run.py` and the Makefile call.

Standard library only, because `environment`, `front` and `commands` run before anything is installed.
Imports nothing of LIFT but `lift.embedded` and its helpers.
"""
