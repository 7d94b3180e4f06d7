package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Decompressor;
import java.util.Arrays;

/** A block of LZ4, which has no checksum: no byte is written beside the room it was given. */
final class SelftestBlock implements SelftestSubject {
  private static final int PLAIN = 3000;
  private static final int GUARD = 64;
  private static final byte STALE = (byte) 0xA5;

  private final byte[] block = Lz4.compress(SampleText.of(PLAIN));
  private final byte[] room = new byte[GUARD + PLAIN + GUARD];
  private final Lz4Decompressor decompressor = Lz4Decompressor.create();

  @Override
  public String title() {
    return "LZ4 block";
  }

  @Override
  public String promise() {
    return "stays in its room";
  }

  @Override
  public byte[] sound() {
    return block.clone();
  }

  @Override
  public Answer read(byte[] damaged) throws Wrong {
    Arrays.fill(room, STALE);
    Answer answer = decode(damaged);
    for (int i = 0; i < GUARD; i++) {
      if (room[i] != STALE || room[room.length - 1 - i] != STALE) {
        throw new Wrong("bytes beside the room were written");
      }
    }
    return answer;
  }

  private Answer decode(byte[] damaged) throws Wrong {
    try {
      int size = decompressor.decompress(damaged, 0, damaged.length, room, GUARD, PLAIN);
      if (size < 0 || size > PLAIN) {
        throw new Wrong("a size of " + size + " for room of " + PLAIN);
      }
      return Answer.INTACT;
    } catch (CorruptDataException e) {
      return Answer.NOTICED;
    }
  }
}
