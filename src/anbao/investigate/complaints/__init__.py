"""Complaints and reports (投诉举报): taken in, weighed, joined, forwarded, answered."""
