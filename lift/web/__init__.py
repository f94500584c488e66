"""HTTP for all features: error pages, headers, locale, guards, forms, streams, API base, idempotency. Imports no feature."""
