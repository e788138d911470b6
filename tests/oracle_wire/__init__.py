"""An Oracle listener for the tests: python-oracledb's thin driver logs in over TCP, and H2 carries its statements out.

It speaks as much of TNS and TTC as the driver needs, at the level of Oracle 19c: protocol version 317, TTC field
version 12. Oracle publishes no specification of either; the driver's own source is what was read:
https://github.com/oracle/python-oracledb/tree/main/src/oracledb/impl/thin
H2 in its Oracle mode is not Oracle. What that leaves unproven is in docs/oracle-tests.md.
"""
