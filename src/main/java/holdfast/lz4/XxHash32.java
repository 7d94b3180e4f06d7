package holdfast.lz4;

/** The 32-bit xxHash of Yann Collet. */
public final class XxHash32 {
  private XxHash32() {}
}
