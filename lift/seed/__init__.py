"""The demo world: data files beside this package, made real through the ordinary verbs."""
