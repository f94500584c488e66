"""The verbs of training, by subject."""
