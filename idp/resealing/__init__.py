"""Moving all that is sealed to a new version of the master key (DESIGN 5.10, `hpid keys reseal`)."""
