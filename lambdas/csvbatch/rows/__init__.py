"""Rows checked against a contract: values for the table, or the rules that they break."""
