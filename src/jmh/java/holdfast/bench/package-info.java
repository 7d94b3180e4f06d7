/**
 * Speed questions, one class each, asked of Holdfast and its peers in the same run.
 *
 * <p>{@link holdfast.bench.Rounds} runs them: every contender in a fresh JVM, all contenders of a
 * question one after the other, the whole list several times over. {@code docs/benchmarks.md} tells
 * how to run them and what came out.
 */
package holdfast.bench;
