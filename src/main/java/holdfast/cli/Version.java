package holdfast.cli;

/** What {@code --version} says. */
final class Version {
  private Version() {}

  /** Name, version of this build, and the Java it runs on. */
  static String line() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "holdfast "
        + (version == null ? "(unpackaged build)" : version)
        + ", Java "
        + Runtime.version();
  }
}
