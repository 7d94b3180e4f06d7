package holdfast.cli;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes that come in pieces of any size. */
final class WkspDigest {
  /** A view of memory has at most 2 GiB, and a digest copies native bytes into an array. */
  private static final long PIECE = 1 << 20;

  private final MessageDigest digest;

  WkspDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has it
    }
  }

  void add(MemorySegment bytes) {
    long size = bytes.byteSize();
    for (long at = 0; at < size; at += PIECE) {
      digest.update(bytes.asSlice(at, Math.min(PIECE, size - at)).asByteBuffer());
    }
  }

  /** What all bytes since the last call, or since the beginning, add up to. */
  String end() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
