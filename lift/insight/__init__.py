"""What coordinators and operators look at: the audit, by person and object; failed jobs; counts that open to their rows."""
