# Source this in the repository root of a machine with a GPU, where the project is not installed:
# it links the sources into a package tree of their own and puts that on PYTHONPATH.
taospec_site="$(mktemp -d)"
mkdir "$taospec_site/taospec"
for part in spec reference optimized conformance; do
  ln -s "$PWD/$part" "$taospec_site/taospec/$part"
done
export PYTHONPATH="$taospec_site:$PWD/tests/optimized/yuma${PYTHONPATH:+:$PYTHONPATH}"
export TAOSPEC_CACHE_DIR="$taospec_site/kernels"
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
