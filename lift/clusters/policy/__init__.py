"""Rules of clusters, pure, by subject."""
