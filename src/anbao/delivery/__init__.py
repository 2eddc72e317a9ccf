"""Delivery of effects to the platform: signed webhooks out of the outbox, retried until they are done or given up.

``signature`` and ``post`` know no store; ``endpoints`` says where effects go; ``queue`` claims and settles them;
``service`` builds all of it on the core (docs/how-to/webhooks.md, decision 0025).
"""
