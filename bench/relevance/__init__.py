"""How good are the answers: suites of queries with known right answers, asked of onhand and of plainer systems."""
