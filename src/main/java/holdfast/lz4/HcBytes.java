package holdfast.lz4;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reading and comparing bytes of arrays.
 *
 * <p>Every method is small enough to be inlined into the searches. Positions are array positions;
 * the caller guarantees that they lie inside, the array checks it again.
 */
final class HcBytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private HcBytes() {}

  static short getShort(byte[] a, int x) {
    return (short) SHORT.get(a, x);
  }

  static int getInt(byte[] a, int x) {
    return (int) INT.get(a, x);
  }

  static long getLong(byte[] a, int x) {
    return (long) LONG.get(a, x);
  }

  static void putLong(byte[] a, int x, long value) {
    LONG.set(a, x, value);
  }

  /** How many bytes from {@code a[x]} on, before {@code stop}, equal those from {@code b[y]} on. */
  static int run(byte[] a, int x, int stop, byte[] b, int y) {
    int start = x;
    while (x <= stop - Long.BYTES) {
      long difference = (long) LONG.get(a, x) ^ (long) LONG.get(b, y);
      if (difference != 0) {
        return x - start + (Long.numberOfTrailingZeros(difference) >>> 3);
      }
      x += Long.BYTES;
      y += Long.BYTES;
    }
    while (x < stop && a[x] == b[y]) {
      x++;
      y++;
    }
    return x - start;
  }

  /**
   * As {@link #run}, in one array, when the first eight bytes at {@code x} were read already. Those
   * at {@code x} and {@code y < x} may lie beyond {@code stop}, but inside of the array.
   *
   * <p>Without calls and loops over single bytes: the last eight bytes before {@code stop} are
   * compared again with those that are left.
   *
   * @param eight 8, from a field, see {@link HcState#one}
   */
  static int runFrom(byte[] a, int x, int stop, int y, long first, int eight) {
    long difference = (long) LONG.get(a, y) ^ first;
    int end = x;
    if (difference == 0) {
      int distance = x - y;
      do {
        end += eight;
        if (end > stop - Long.BYTES) {
          end = Math.max(stop - Long.BYTES, x);
          difference = (long) LONG.get(a, end) ^ (long) LONG.get(a, end - distance);
          break;
        }
        difference = (long) LONG.get(a, end) ^ (long) LONG.get(a, end - distance);
      } while (difference == 0);
    }
    return Math.min(end + (Long.numberOfTrailingZeros(difference) >>> 3), stop) - x;
  }

  /** As {@link #back}, in one array; fast when the count is small. */
  static int backFrom(byte[] a, int x, int y, int max) {
    int count = 0;
    while (y - count >= Long.BYTES) {
      long difference =
          (long) LONG.get(a, x - count - Long.BYTES) ^ (long) LONG.get(a, y - count - Long.BYTES);
      int equal = Long.numberOfLeadingZeros(difference) >>> 3;
      count += equal;
      if (equal < Long.BYTES || count >= max) {
        return Math.min(count, max);
      }
    }
    while (count < max && a[x - count - 1] == a[y - count - 1]) {
      count++;
    }
    return count;
  }

  /** How many bytes right before {@code a[x]} equal those before {@code b[y]}, at most max. */
  static int back(byte[] a, int x, byte[] b, int y, int max) {
    int count = 0;
    while (count <= max - Long.BYTES) {
      long difference =
          (long) LONG.get(a, x - count - Long.BYTES) ^ (long) LONG.get(b, y - count - Long.BYTES);
      if (difference != 0) {
        return count + (Long.numberOfLeadingZeros(difference) >>> 3);
      }
      count += Long.BYTES;
    }
    while (count < max && a[x - count - 1] == b[y - count - 1]) {
      count++;
    }
    return count;
  }

  /** How many bytes from {@code a[x]} on, before {@code stop}, equal every byte of a pattern. */
  static int same(byte[] a, int x, int stop, int pattern) {
    int start = x;
    long eight = (pattern & 0xFFFF_FFFFL) | ((long) pattern << 32);
    while (x <= stop - Long.BYTES) {
      long difference = (long) LONG.get(a, x) ^ eight;
      if (difference != 0) {
        return x - start + (Long.numberOfTrailingZeros(difference) >>> 3);
      }
      x += Long.BYTES;
    }
    while (x < stop && a[x] == (byte) pattern) {
      x++;
    }
    return x - start;
  }

  /** How many bytes right before {@code a[x]}, not before {@code stop}, equal the pattern's. */
  static int sameBefore(byte[] a, int x, int stop, int pattern) {
    int start = x;
    long eight = (pattern & 0xFFFF_FFFFL) | ((long) pattern << 32);
    while (x >= stop + Long.BYTES) {
      long difference = (long) LONG.get(a, x - Long.BYTES) ^ eight;
      if (difference != 0) {
        return start - x + (Long.numberOfLeadingZeros(difference) >>> 3);
      }
      x -= Long.BYTES;
    }
    while (x > stop && a[x - 1] == (byte) pattern) {
      x--;
    }
    return start - x;
  }
}
