"""Who people are: one record a person, typed identifiers, personal data sealed."""
