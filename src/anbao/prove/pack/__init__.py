"""The evidence pack (证据包): what a lawyer hands over, and what a court checks without this program."""
