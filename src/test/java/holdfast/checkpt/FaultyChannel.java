package holdfast.checkpt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.SplittableRandom;

/** A channel that takes and gives a few bytes at a time, sometimes none, and may fail. */
final class FaultyChannel implements ByteChannel {
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final SplittableRandom random;
  private final int pieceMax;
  private final ByteBuffer content;

  /** After so many bytes the next call throws. */
  private long failAt = Long.MAX_VALUE;

  private long moved;

  FaultyChannel(long seed, int pieceMax, byte[] content) {
    random = new SplittableRandom(seed);
    this.pieceMax = pieceMax;
    this.content = ByteBuffer.wrap(content);
  }

  FaultyChannel failingAt(long bytes) {
    failAt = bytes;
    return this;
  }

  private int piece(ByteBuffer bytes) throws IOException {
    if (moved >= failAt) {
      throw new IOException("the channel fails after " + moved + " bytes");
    }
    int wanted = (int) Math.min(bytes.remaining(), failAt - moved);
    return random.nextInt(4) == 0 ? 0 : Math.min(wanted, 1 + random.nextInt(pieceMax));
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    int count = piece(bytes);
    for (int i = 0; i < count; i++) {
      written.write(bytes.get());
    }
    moved += count;
    return count;
  }

  @Override
  public int read(ByteBuffer room) throws IOException {
    if (!content.hasRemaining() && failAt == Long.MAX_VALUE) {
      return -1;
    }
    int count = Math.min(piece(room), content.remaining());
    for (int i = 0; i < count; i++) {
      room.put(content.get());
    }
    moved += count;
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    throw new AssertionError("the channel is the caller's to close");
  }
}
