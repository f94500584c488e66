"""LIFT, the platform of the European network of learning factories."""
