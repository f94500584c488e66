"""The process beside the machines: dials out to the platform, stores what cannot be sent, guards every write."""

VERSION = "0.1.0"
