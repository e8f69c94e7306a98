"""Who a person is (`identity`) and who may be told about them (`consent`)."""
