"""Pages, streams and the gateways' door of the live path."""
