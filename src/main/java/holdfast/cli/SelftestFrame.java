package holdfast.cli;

import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** A frame of LZ4 with a checksum of its content. */
final class SelftestFrame implements SelftestSubject {
  private final byte[] plain = SampleText.of(3000);
  private final byte[] frame;

  SelftestFrame() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Lz4FrameOutputStream out = new Lz4FrameOutputStream(bytes)) {
      out.write(plain);
    }
    frame = bytes.toByteArray();
  }

  @Override
  public String title() {
    return "LZ4 frame";
  }

  @Override
  public String promise() {
    return "no other byte";
  }

  @Override
  public byte[] sound() {
    return frame.clone();
  }

  @Override
  public Answer read(byte[] damaged) throws Wrong, IOException {
    try (Lz4FrameInputStream in = new Lz4FrameInputStream(new ByteArrayInputStream(damaged))) {
      byte[] back = in.readAllBytes();
      if (damaged.length == 0 && back.length == 0) {
        return Answer.INTACT; // no frame at all is no frames
      }
      if (!Arrays.equals(back, plain)) {
        throw new Wrong("other bytes, and no word about it");
      }
      return Answer.INTACT;
    }
  }
}
