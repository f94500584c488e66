"""The whole product in a real browser: every process of `run.py`, Chromium, axe."""
