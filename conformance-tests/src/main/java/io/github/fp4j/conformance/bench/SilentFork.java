package io.github.fp4j.conformance.bench;

import java.io.File;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/** Keeps the JVM's remarks on incubating and deprecated modules, one set for each fork, off the terminal. JMH has no other switch for it. */
public final class SilentFork implements ExternalProfiler {

  /** For JMH. */
  public SilentFork() {}

  @Override
  public boolean allowPrintOut() {
    return false;
  }

  @Override
  public boolean allowPrintErr() {
    return false;
  }

  @Override
  public Collection<String> addJVMInvokeOptions(BenchmarkParams parameters) {
    return List.of();
  }

  @Override
  public Collection<String> addJVMOptions(BenchmarkParams parameters) {
    return List.of();
  }

  @Override
  public void beforeTrial(BenchmarkParams parameters) {}

  @Override
  public Collection<? extends Result<?>> afterTrial(BenchmarkResult result, long pid, File standardOutput, File standardError) {
    return List.of();
  }

  @Override
  public String getDescription() {
    return "keeps the output of forks to itself";
  }
}
