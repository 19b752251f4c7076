"""Officials of the city: employment records and posts, kept by HR departments (SCIM, files) and operators."""
