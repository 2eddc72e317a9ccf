"""Rules as versions: lexicon, policy, model, fraud book; back-test, change, suggestion, activation, replay data."""
