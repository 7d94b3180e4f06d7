package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Keys, as callers give them and as messages show them. */
final class Keys {
  private Keys() {}

  static void check(MemorySegment key, int size) {
    if (key.byteSize() != size) {
      throw new IllegalArgumentException(
          "keys of this store have " + size + " bytes: " + key.byteSize());
    }
  }

  static String hex(MemorySegment memory, long at, int size) {
    byte[] bytes = new byte[size];
    Mem.getBytes(memory, at, bytes, 0, size);
    return HexFormat.of().formatHex(bytes);
  }
}
