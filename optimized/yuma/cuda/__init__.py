"""The Yuma epoch on CUDA devices, over all subnets of a batch at once.

Six launches: stakes (a block per subnet), row sums (a block per row), consensus (a thread
per column), incentive (a block per subnet), bonds (a thread per column), outputs (a block
per subnet). A column's thread takes the rows in upstream's order; what is added across
threads are non-negative integers that cannot overflow, whose sum no order changes.
"""
