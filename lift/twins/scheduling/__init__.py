"""Job shop scheduling: the problem, dispatch rules, a search, and the checker that says whether a plan can be carried out.

Pure: no database, no Flask. Times are whole or broken minutes since the start of the plan.
"""
