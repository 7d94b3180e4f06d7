package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DiskChannelTest {
  private final SimDisk disk = new SimDisk();

  @Test
  void channelsOfOneFileHavePositionsOfTheirOwn() throws IOException {
    try (Disk.File file = disk.open(Path.of("/a"), Disk.Mode.CREATE)) {
      var one = new DiskChannel(file);
      var two = new DiskChannel(file);
      assertEquals(6, one.write(StandardCharsets.US_ASCII.encode("abcdef")));
      assertEquals(6, one.position());
      assertEquals(6, two.size());
      assertEquals("abc", read(two, 3));
      assertEquals("def", read(two, 9));
      assertEquals(-1, two.read(ByteBuffer.allocate(1)));
      assertEquals(0, two.read(ByteBuffer.allocate(0)));
      assertEquals("ef", read(one.position(4), 2));
      one.truncate(5).truncate(9);
      assertEquals(5, one.size());
      assertEquals(5, one.position());
      one.close();
      assertFalse(one.isOpen());
      assertThrows(ClosedChannelException.class, () -> one.read(ByteBuffer.allocate(1)));
      assertEquals("bcd", read(two.position(1), 3));
    }
  }

  @Test
  void aReaderOfLittleGetsLittleAtATime() throws IOException {
    try (Disk.File file = disk.open(Path.of("/a"), Disk.Mode.CREATE)) {
      new DiskChannel(file).write(StandardCharsets.US_ASCII.encode("abcdef"));
      var channel = new DiskChannel(file, 4);
      assertEquals("abcd", read(channel, 6));
      assertEquals(4, channel.position());
      assertEquals("ef", read(channel, 6));
      assertEquals(-1, channel.read(ByteBuffer.allocate(6)));
    }
  }

  private static String read(java.nio.channels.ByteChannel from, int size) throws IOException {
    ByteBuffer room = ByteBuffer.allocate(size);
    from.read(room);
    return StandardCharsets.US_ASCII.decode(room.flip()).toString();
  }
}
