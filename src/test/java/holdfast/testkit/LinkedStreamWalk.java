package holdfast.testkit;

import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4StreamDecoder;
import holdfast.lz4.Lz4StreamEncoder;
import java.util.Arrays;

/**
 * Drives a linked stream by a program made of any bytes, and judges every block by two decoders:
 * the naive one, which knows only the plain bytes so far, and the stream decoder, whose memory is
 * laid out in another way than the encoder's.
 *
 * <p>Byte 0 chooses the size of the encoder's ring buffer and the level, byte 1 the one of the
 * decoder. Then each operation is a byte whose low three bits say what to do, and one or more that
 * say how much.
 *
 * <pre>{@code
 * 0 1 2 3  compress the next block: kind, size; a wrap when it does not fit behind the last one
 * 4        save the dictionary, then destroy the ring: nothing there may be used any more
 * 5        start over
 * 6        start over with a dictionary loaded
 * 7        start over with a dictionary attached
 * }</pre>
 */
final class LinkedStreamWalk {
  private static final int[] RING_SIZES = {300, 4096, 65_536, 65_537, 70_000, 140_000};
  private static final Lz4Level[] LEVELS = {
    Lz4Level.FAST, Lz4Level.hc(2), Lz4Level.hc(3), Lz4Level.hc(9), Lz4Level.hc(10)
  };
  private static final int HISTORY = 65_536;
  private static final int STEPS_MAX = 32;
  private static final byte DESTROYED = (byte) 0xEE;

  private final FuzzTargets.Input in;
  private final Lz4StreamEncoder encoder;
  private final Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
  private final byte[] ring;
  private final byte[] target;
  private final byte[] saved = new byte[HISTORY];
  private byte[] history = {};
  private int at;
  private int targetAt;

  LinkedStreamWalk(byte[] program) {
    this(program, null);
  }

  /** With that level instead of the one that byte 0 chooses, if there is one. */
  LinkedStreamWalk(byte[] program, Lz4Level level) {
    in = new FuzzTargets.Input(program);
    int first = in.next();
    ring = new byte[RING_SIZES[first % RING_SIZES.length]];
    encoder =
        Lz4StreamEncoder.of(
            level == null ? LEVELS[first / RING_SIZES.length % LEVELS.length] : level);
    // The last 64 KiB stay in place, so any layout of the encoder can be followed.
    target = new byte[2 * HISTORY + ring.length + (in.next() << 8)];
  }

  void run() {
    for (int step = 0; step < STEPS_MAX && !in.isEmpty(); step++) {
      int operation = in.next();
      switch (operation & 7) {
        case 4 -> {
          int kept = encoder.saveDictionary(saved, 0, in.next() << 8);
          FuzzTargets.require(kept <= HISTORY, "kept " + kept);
          Arrays.fill(ring, DESTROYED);
        }
        case 5 -> startOver(new byte[0]);
        case 6 -> {
          byte[] dictionary = Content.of(3, 11, in.next() * 300);
          startOver(dictionary);
          encoder.loadDictionary(dictionary, 0, dictionary.length);
        }
        case 7 -> {
          byte[] dictionary = Content.of(3, 11, in.next() * 300);
          startOver(dictionary);
          encoder.attach(Lz4Dictionary.of(dictionary));
        }
        default -> compress(operation >>> 3);
      }
    }
  }

  private void startOver(byte[] dictionary) {
    encoder.reset();
    decoder.reset();
    decoder.setDictionary(dictionary, 0, dictionary.length);
    history = dictionary;
    targetAt = 0;
  }

  private void compress(int kind) {
    int size = Math.min(ring.length, in.next() << (in.next() & 7));
    if (size > ring.length - at) {
      at = 0;
    }
    fill(kind, size);
    byte[] plain = Arrays.copyOfRange(ring, at, at + size);
    byte[] block = new byte[Lz4.maxCompressedSize(size)];
    int packed = encoder.compress(ring, at, size, block, 0, block.length);
    at += size;
    FuzzTargets.require(packed > 0, "a block always fits into the worst case");
    block = Arrays.copyOf(block, packed);
    FuzzTargets.same(plain, NaiveLz4.decodeStrictly(block, history, size), "naive decoder");
    if (size > target.length - targetAt) {
      targetAt = 0;
    }
    int back = decoder.decompress(block, 0, packed, target, targetAt, size);
    FuzzTargets.same(
        plain, Arrays.copyOfRange(target, targetAt, targetAt + back), "stream decoder");
    targetAt += back;
    history = Arrays.copyOf(history, history.length + size);
    System.arraycopy(plain, 0, history, history.length - size, size);
    if (history.length > HISTORY) {
      history = Arrays.copyOfRange(history, history.length - HISTORY, history.length);
    }
  }

  /** New content, the content of the ring as it was, or a copy of something older. */
  private void fill(int kind, int size) {
    if (kind % 8 == 7) {
      return;
    }
    byte[] content =
        kind % 8 == 6 && history.length >= size
            ? Arrays.copyOf(history, size)
            : Content.of(kind % Content.KINDS, kind, size);
    System.arraycopy(content, 0, ring, at, size);
  }
}
