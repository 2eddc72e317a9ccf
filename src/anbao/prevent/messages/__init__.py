"""Messages between the parties of a trade: screened for fraud, decided on."""
