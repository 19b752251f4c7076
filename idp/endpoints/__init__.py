"""One file per protocol URL: `async def endpoint(call: Call) -> Answer`, the spec's checklist top to bottom."""
