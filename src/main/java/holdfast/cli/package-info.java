/** The command line, one class for each command, built on the public faces alone. */
package holdfast.cli;
