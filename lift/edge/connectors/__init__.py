"""One way to speak with any machine: see ``base.Connector``. The modules beside it each speak one protocol."""
