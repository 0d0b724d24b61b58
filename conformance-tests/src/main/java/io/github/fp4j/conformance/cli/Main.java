package io.github.fp4j.conformance.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Entry point: parses the command line, runs one command, turns what went wrong into one line on standard error and an exit status. */
@Command(
    name = "fp4j",
    description = "4-bit floating point on the JVM: exact models, fast kernels, and a judge for any implementation.",
    mixinStandardHelpOptions = true,
    version = "fp4j " + Main.VERSION,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything passed and was complete",
      "1:at least one mismatch",
      "2:unusable command line, input or output",
      "3:incomplete: something that was to be judged was not",
      "4:the subject crashed or timed out"
    })
public final class Main implements Runnable {
  static final String VERSION = "0.1.0-SNAPSHOT";

  /** The commands in the order of the help. */
  private static final List<String> COMMANDS =
      List.of(
          "conform", "merge", "selftest", "convert", "explain", "quantize", "dequantize", "relayout", "inspect", "compare", "profiles", "gemm",
          "fingerprint", "generate", "verify", "answer", "judge", "optim", "bench", "doctor");

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] arguments) {
    System.exit(run(commandLine(arguments), arguments));
  }

  /** Runs one command; all that it printed is out then, or the status says that it could not be. */
  static int run(CommandLine line, String... arguments) {
    int status = line.execute(arguments);
    line.getOut().flush(); // which print has not done
    return System.out.checkError() ? ExitCode.USAGE : status;
  }

  /**
   * With the command that {@code arguments} begin with, with none where they ask for the version, or else with all: picocli looks at every annotation of each, which takes
   * longer than many a command.
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    if (arguments.length > 0 && COMMANDS.contains(arguments[0])) {
      line.addSubcommand(command(arguments[0]));
    } else if (!List.of(arguments).equals(List.of("--version"))) {
      COMMANDS.forEach(name -> line.addSubcommand(command(name)));
      line.addSubcommand(new CommandLine.HelpCommand());
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler(Main::onBadCommandLine);
    line.setExecutionExceptionHandler(Main::onFailure);
    return line;
  }

  private static Class<?> command(String name) {
    return switch (name) {
      case "conform" -> ConformCommand.class;
      case "merge" -> MergeCommand.class;
      case "selftest" -> SelftestCommand.class;
      case "convert" -> ConvertCommand.class;
      case "explain" -> ExplainCommand.class;
      case "quantize" -> QuantizeCommand.class;
      case "dequantize" -> DequantizeCommand.class;
      case "relayout" -> RelayoutCommand.class;
      case "inspect" -> InspectCommand.class;
      case "compare" -> CompareCommand.class;
      case "profiles" -> ProfilesCommand.class;
      case "gemm" -> GemmCommand.class;
      case "fingerprint" -> FingerprintCommand.class;
      case "generate" -> GenerateCommand.class;
      case "verify" -> VerifyCommand.class;
      case "answer" -> AnswerCommand.class;
      case "judge" -> JudgeCommand.class;
      case "optim" -> OptimCommand.class;
      case "bench" -> BenchCommand.class;
      case "doctor" -> DoctorCommand.class;
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int onBadCommandLine(CommandLine.ParameterException exception, String[] arguments) {
    CommandLine line = exception.getCommandLine();
    line.getErr().println(name(line) + ": " + oneLine(exception.getMessage()));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(exception, line.getErr())) {
      line.getErr().println("Try '" + name(line) + " --help'.");
    }
    return ExitCode.USAGE;
  }

  private static int onFailure(Exception exception, CommandLine line, CommandLine.ParseResult result) throws Exception {
    if (!(exception instanceof IOException || exception instanceof IllegalArgumentException)) {
      throw exception; // a fault of ours: the stack trace is the report
    }
    line.getErr().println(name(line) + ": " + describe(exception));
    return ExitCode.USAGE;
  }

  private static String name(CommandLine line) {
    return line.getCommandSpec().qualifiedName();
  }

  private static String describe(Exception exception) {
    return switch (exception) {
      case NoSuchFileException e -> e.getFile() + ": no such file";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + ": exists already";
      default -> oneLine(exception.getMessage());
    };
  }

  private static String oneLine(String message) {
    return message == null ? "failed without a message" : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
