"""The commands of ``taospec``, one module each."""
