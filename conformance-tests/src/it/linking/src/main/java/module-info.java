module consumer {
  requires io.github.fp4j.conformance;
  requires io.github.fp4j.simd;
}
