"""The kernel: database, transactions, locks, claims' helpers, jobs, events, audit, actor, clock. No Flask request."""
