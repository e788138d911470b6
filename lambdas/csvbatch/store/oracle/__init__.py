"""Oracle, through python-oracledb."""
