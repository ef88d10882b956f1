"""The dTAO exchange: a weighted pool of TAO and alpha for every subnet."""
