"""The virtual factory: one simulated machining cell behind real protocol servers on loopback, for demo and tests."""
