"""Is it acceptable? Pure: the lab's rules, wall clocks, opening, and what is wrong with a wish, all problems at once."""
