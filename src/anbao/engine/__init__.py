"""The engine: unit of work, obligations, reactions, outbox, parameters, read models."""
