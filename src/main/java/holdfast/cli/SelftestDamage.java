package holdfast.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Kinds of damage, each of which can be done to a file in many ways. */
enum SelftestDamage {
  /** One bit is another one. */
  FLIPS {
    @Override
    long ways(int size) {
      return (long) size * Byte.SIZE;
    }

    @Override
    byte[] copy(byte[] sound, int size, long way, SplittableRandom random) {
      byte[] copy = sound.clone();
      copy[(int) (way / Byte.SIZE)] ^= (byte) (1 << way % Byte.SIZE);
      return copy;
    }
  },

  /** The tail is missing. */
  CUTS {
    @Override
    long ways(int size) {
      return size;
    }

    @Override
    byte[] copy(byte[] sound, int size, long way, SplittableRandom random) {
      return Arrays.copyOf(sound, (int) way);
    }
  },

  /** A sector of 512 bytes is zero, all ones, or changed places with the next one. */
  SECTORS {
    @Override
    long ways(int size) {
      return 3L * ((size + SECTOR - 1) / SECTOR);
    }

    @Override
    byte[] copy(byte[] sound, int size, long way, SplittableRandom random) {
      byte[] copy = sound.clone();
      int from = (int) (way / 3) * SECTOR;
      int to = Math.min(copy.length, from + SECTOR);
      switch ((int) (way % 3)) {
        case 0 -> Arrays.fill(copy, from, to, (byte) 0);
        case 1 -> Arrays.fill(copy, from, to, (byte) 0xFF);
        default -> {
          int length = Math.min(SECTOR, copy.length - to);
          System.arraycopy(sound, to, copy, from, length);
          System.arraycopy(sound, from, copy, to, length);
        }
      }
      return copy;
    }
  },

  /** One to four fields are another number: extremes, neighbours, anything; some tails missing. */
  FIELDS {
    private static final long[] EXTREMES = {
      0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, (1L << 31) - 1, 1L << 32, 0xFFFF_FFFFL
    };

    @Override
    long ways(int size) {
      return Long.MAX_VALUE;
    }

    @Override
    byte[] copy(byte[] sound, int size, long way, SplittableRandom random) {
      byte[] copy = sound.clone();
      ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
      for (int faults = 1 + random.nextInt(4); faults > 0; faults--) {
        int width = 1 << random.nextInt(4);
        int at = random.nextInt(Math.max(1, size / width)) * width;
        if (at + width <= copy.length) {
          put(bytes, at, width, number(random, get(bytes, at, width)));
        }
      }
      return random.nextInt(8) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
    }

    private static long number(SplittableRandom random, long now) {
      return switch (random.nextInt(4)) {
        case 0 -> EXTREMES[random.nextInt(EXTREMES.length)];
        case 1 -> now + random.nextInt(-2, 3);
        case 2 -> now ^ 1L << random.nextInt(Long.SIZE);
        default -> random.nextLong();
      };
    }

    private static long get(ByteBuffer bytes, int at, int width) {
      return switch (width) {
        case 1 -> bytes.get(at);
        case 2 -> bytes.getShort(at);
        case 4 -> bytes.getInt(at);
        default -> bytes.getLong(at);
      };
    }

    private static void put(ByteBuffer bytes, int at, int width, long number) {
      switch (width) {
        case 1 -> bytes.put(at, (byte) number);
        case 2 -> bytes.putShort(at, (short) number);
        case 4 -> bytes.putInt(at, (int) number);
        default -> bytes.putLong(at, number);
      }
    }
  };

  private static final int SECTOR = 512;

  /** The word for people and for JSON. */
  String title() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** In how many ways it can be done to so many bytes. */
  abstract long ways(int size);

  /**
   * Does it to a copy.
   *
   * @param size how many bytes from the start are worth damaging
   * @param way below {@link #ways}
   * @param random decides what the number of the way leaves open
   */
  abstract byte[] copy(byte[] sound, int size, long way, SplittableRandom random);
}
