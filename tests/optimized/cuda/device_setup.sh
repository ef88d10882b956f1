# Source this in the repository root of a machine with a GPU, where the project is not installed:
# it links the sources into a package tree of their own and puts that on PYTHONPATH. Python with
# numpy, attrs, numba and numba-cuda is all that the machine needs.
taospec_site="$(mktemp -d)"
mkdir "$taospec_site/taospec"
for part in spec reference optimized conformance; do
  ln -s "$PWD/$part" "$taospec_site/taospec/$part"
done
# numba-cuda asks numpy for names that newer releases of numpy no longer have.
cat > "$taospec_site/sitecustomize.py" <<'PYTHON'
import numpy

for removed, kept in (("row_stack", "vstack"), ("in1d", "isin"), ("trapz", "trapezoid")):
    if removed not in vars(numpy) and kept in vars(numpy):
        setattr(numpy, removed, getattr(numpy, kept))
PYTHON
export PYTHONPATH="$taospec_site:$PWD/tests/optimized/yuma${PYTHONPATH:+:$PYTHONPATH}"
export TAOSPEC_CACHE_DIR="$taospec_site/kernels"
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
