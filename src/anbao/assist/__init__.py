"""合理协助: helping a person harmed — who the seller is, the records of the trade, frozen funds, ways to turn."""
