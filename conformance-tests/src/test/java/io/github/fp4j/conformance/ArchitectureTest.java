package io.github.fp4j.conformance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the house point down, and no drawer is called Utils. */
@AnalyzeClasses(packages = "io.github.fp4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule formatsStandOnJavaBaseAlone =
      classes().that().resideInAPackage("io.github.fp4j.formats..")
          .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.fp4j.formats..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule contractsKnowNoImplementation =
      classes().that().resideInAPackage("io.github.fp4j.backend..")
          .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.fp4j.backend..", "io.github.fp4j.formats..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule fastBackendsNeverSeeEachOther =
      noClasses().that().resideInAPackage("io.github.fp4j.simd..").should().dependOnClassesThat().resideInAPackage("io.github.fp4j.bridge..");

  @ArchTest
  static final ArchRule bridgeKnowsNeitherVectorsNorJudge =
      noClasses().that().resideInAPackage("io.github.fp4j.bridge..")
          .should().dependOnClassesThat().resideInAnyPackage("io.github.fp4j.simd..", "io.github.fp4j.conformance..", "jdk.incubator..");

  @ArchTest
  static final ArchRule nobodyCallsTheCommandLine =
      noClasses().that().resideOutsideOfPackage("..conformance.cli..").should().dependOnClassesThat().resideInAPackage("..conformance.cli..");

  @ArchTest
  static final ArchRule judgeKnowsNeitherSuitesNorReports =
      noClasses().that().resideInAPackage("..conformance.judge..").should().dependOnClassesThat().resideInAnyPackage("..suite..", "..report..", "..tensorfile..");

  @ArchTest
  static final ArchRule packagesFormNoCycle = slices().matching("io.github.fp4j.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfTheJudgeFormNoCycle = slices().matching("io.github.fp4j.conformance.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noDrawers = noClasses().should().haveSimpleNameEndingWith("Utils").orShould().haveSimpleNameEndingWith("Helper");

  @ArchTest
  static final ArchRule onlyTheEntryPointEndsTheProcess =
      noClasses().that().doNotHaveSimpleName("Main").should().callMethod(System.class, "exit", int.class);
}
