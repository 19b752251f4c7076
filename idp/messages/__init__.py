"""Mail and SMS to people: senders behind one Protocol, the words, and the worker's part of the outbox."""
