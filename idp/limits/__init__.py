"""What may be tried or made how often, per client and address; account counters are in idp/credentials."""
