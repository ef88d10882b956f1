"""The Yuma epoch in compiled kernels."""
