"""The stewards' queue: what no rule may settle and a person must look at."""
