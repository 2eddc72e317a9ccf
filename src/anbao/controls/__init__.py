"""Controls stay alive (互联网安全保护技术措施规定 3): a person in charge of each, and a probe on the real path."""
