"""Partners and their states, the network's facts with sources, working groups and their outcomes.

Verbs: move a partner's state, form and lead working groups, record outcomes.
"""
