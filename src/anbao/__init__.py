"""Anbao 安保: the safety-duty engine of an e-commerce platform."""

__version__ = "0.1.0"
