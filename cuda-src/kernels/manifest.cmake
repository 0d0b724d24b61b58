# cmake -DSOURCES=<cuda-src> -DMANIFEST=<file> -P manifest.cmake: the SHA-256 of every source that kernels are made of, so that whoever loads the fatbins can tell
# whether they are those of its own sources.
file(GLOB sources RELATIVE ${SOURCES} ${SOURCES}/kernel_list.h ${SOURCES}/kernels/*.cu ${SOURCES}/kernels/*.cuh ${SOURCES}/include/fp4j/*.cuh)
list(SORT sources)
set(lines)
foreach(source IN LISTS sources)
  file(SHA256 ${SOURCES}/${source} digest)
  string(APPEND lines "${digest}  ${source}\n")
endforeach()
file(WRITE ${MANIFEST} "${lines}")
