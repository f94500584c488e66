"""The lab's side of the live path: contract, gateway, connectors and the virtual factory. Alone: no other lift."""
